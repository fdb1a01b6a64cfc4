-- What monitoring saw: one row a look, kept so that a restart goes on where it was, and as the source of
-- release-telemetry. Facts name a look by id and digest.
create table look (
  position   bigint generated always as identity primary key,
  id         uuid        not null unique,
  release_id text        not null,
  kind       text        not null,
  request    uuid,                            -- the baseline that was asked for
  at         timestamptz not null,
  digest     text        not null,            -- of the bytes in record
  published  boolean     not null default false,
  record     bytea       not null             -- the value on release-telemetry
);
create index look_release on look (release_id, kind, position);
create index look_unpublished on look (release_id, position) where not published;
create index look_at on look (at);

-- One row a watched release, for lists; can be written again from the facts at any time.
create table watch_view (
  release_id  text        primary key,
  service     text        not null,
  environment text        not null,
  version     text        not null,
  watches     text        not null,           -- NOTHING, BASELINE, CANDIDATE
  subject     text        not null,           -- what a verdict is owed on, in words
  weight      int         not null,
  lost_since  timestamptz,
  breached    boolean     not null,
  halted      boolean     not null,
  ended       boolean     not null,
  updated_at  timestamptz not null
);
create index watch_view_watches on watch_view (watches) where watches <> 'NOTHING';
create index watch_view_updated on watch_view (updated_at desc);
