-- What the releases of one lane share. Whoever reads or changes it locks it; it follows from the facts.
create table lane (
  service     text  not null,
  environment text  not null,
  occupancy   bytea not null,  -- JSON
  primary key (service, environment)
);

-- Up to which position the lanes show what was adopted from the topic into this journal.
create table lane_rebuilt (
  only_row boolean primary key default true check (only_row),
  position bigint  not null
);
insert into lane_rebuilt (position) values (0);

-- An own fact has a place on the topic in this table only when it was adopted; normally there is none.
create index release_event_adopted on release_event (position)
  where source = '/gate-service' and topic_partition is not null;

-- One row per release, for lists.
create table gate_view (
  release_id   text        primary key,
  service      text,
  environment  text,
  version      text,
  phase        text        not null,
  waits_for    text,
  due          timestamptz,
  requested_at timestamptz not null
);
create index gate_view_newest on gate_view (requested_at desc, release_id desc);

-- What became of every record on release-requests, and where this service stands on that topic.
create table request_record (
  topic_partition int         not null,
  topic_offset    bigint      not null,
  content         text        not null,  -- digest of key, headers and value: another topic's record at this place differs
  fate            text        not null,
  release_id      text,
  code            text,
  reason          text,
  at              timestamptz not null default clock_timestamp(),
  primary key (topic_partition, topic_offset)
);
create index request_record_at on request_record (at);
