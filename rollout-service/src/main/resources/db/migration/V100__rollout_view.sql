-- One row per rollout, for lists; written with the facts, rebuilt from them.
create table rollout_view (
  release_id  text        primary key,
  service     text        not null,
  environment text        not null,
  version     text        not null,
  phase       text        not null,
  share       int         not null,
  outcome     text,
  waits_for   text,
  due         timestamptz,
  started_at  timestamptz not null,
  deployed    boolean     not null,
  watch_until timestamptz
);
create index rollout_view_newest on rollout_view (started_at desc, release_id desc);
create index rollout_view_active on rollout_view (started_at) where deployed;
