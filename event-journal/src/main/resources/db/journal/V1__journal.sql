-- The journal: every fact that this service knows, its own and those it listens to, in the order in which
-- it came to know them. Inbox, event store and local audit trail at once.
create table release_event (
  position        bigint generated always as identity primary key,
  id              uuid        not null unique,  -- the CloudEvents id: a second delivery cannot be recorded
  release_id      text        not null,
  revision        int         not null,         -- the nth fact that this service knows of the release
  source          text        not null,
  sequence        int         not null,         -- the nth fact of this source about the release
  type            text        not null,
  time            timestamptz not null,
  causation_id    uuid,
  seen            bigint,                       -- what the writer had consumed of the release when it decided
  topic_partition int,                          -- where it was consumed; null for own facts
  topic_offset    bigint,
  data            bytea       not null,         -- the bytes on the wire, as they are
  constraint release_event_revision unique (release_id, revision)  -- of two writers at once, one tries again
);

-- A fact is never changed. It is deleted only with its whole release, long after the end, and only by a
-- transaction that names the release it forgets.
create function release_event_is_append_only() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('lockkeeper.forgetting', true) = old.release_id then
    return old;
  end if;
  raise exception 'release_event is append-only';
end
$$;

create trigger release_event_append_only before update or delete on release_event
  for each row execute function release_event_is_append_only();
create trigger release_event_no_truncate before truncate on release_event
  for each statement execute function release_event_is_append_only();

-- Own facts that the topic has not acknowledged; written with the fact, deleted after the acknowledgement.
create table unpublished (
  position bigint primary key references release_event
);

-- Up to where release-events has been taken in, by partition. Kafka's own group offsets are not asked.
create table topic_position (
  topic_partition int    primary key,
  next_offset     bigint not null
);

-- When a release next needs attention although nothing came. A release without a row has ended.
create table alarm (
  release_id   text        primary key,
  due_at       timestamptz not null,
  leased_by    uuid,
  leased_until timestamptz
);
create index alarm_due_at on alarm (due_at);

-- Who may do something alone for a while.
create table lease (
  name       text        primary key,
  held_by    uuid        not null,
  held_until timestamptz not null
);

-- Releases that cannot be decided on, and why. What stays does not go away with the next good decision.
create table stuck (
  release_id text        primary key,
  reason     text        not null,
  stays      boolean     not null,
  since      timestamptz not null default clock_timestamp()
);

-- Releases whose facts were deleted long after their end; late facts about them are dropped.
create table forgotten (
  release_id   text        primary key,
  facts        int         not null,
  last_time    timestamptz not null,
  forgotten_at timestamptz not null default clock_timestamp()
);
