-- The ledger: release-events as it is, headers and value as bytes. The first delivery of a (source, id)
-- counts; later ones are kept and marked.
create table ledger (
  topic_partition int         not null,
  topic_offset    bigint      not null,
  record_key      text,                  -- null when there was none, or none that text can hold
  headers         bytea       not null,  -- a JSON array of [name, base64 of the value]
  value           bytea,
  appended        timestamptz not null,  -- the topic's own time
  source          text,                  -- from here on: what the headers say; null when they do not
  id              uuid,
  type            text,
  release_id      text,
  sequence        int,
  time            timestamptz,
  seen            bigint,
  repeat          boolean     not null,
  note            text,                  -- what is odd about this delivery
  primary key (topic_partition, topic_offset)
);
create index ledger_release on ledger (release_id, topic_partition, topic_offset);
create index ledger_fact on ledger (source, id);

-- A ledger is only ever added to.
create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'ledger is append-only';
end
$$;
create trigger ledger_append_only before update or delete on ledger
  for each row execute function ledger_is_append_only();
create trigger ledger_no_truncate before truncate on ledger
  for each statement execute function ledger_is_append_only();

-- Up to where the ledger goes, by partition.
create table ledger_position (
  topic_partition int    primary key,
  next_offset     bigint not null
);

-- One row per release, for lists; written with the ledger, rebuilt from it.
create table release_view (
  release_id   text        primary key,
  service      text,
  version      text,
  environment  text,
  phase        text        not null,
  outcome      text,
  requested_at timestamptz not null,
  settled_at   timestamptz
);
create index release_view_newest on release_view (requested_at desc, release_id desc);
