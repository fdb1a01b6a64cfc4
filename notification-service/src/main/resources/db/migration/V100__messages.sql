-- How many messages each release is owed; written with the facts, rebuilt from them.
create table notice_view (
  release_id  text primary key,
  outstanding int  not null
);
create index notice_view_owing on notice_view (release_id) where outstanding > 0;

-- The built-in channel; written with the facts that say so, rebuilt from them.
create table feed_entry (
  key         text        primary key,
  release_id  text        not null,
  service     text        not null,
  environment text        not null,
  version     text        not null,
  kind        text        not null,
  line        text        not null,
  title       text        not null,
  text        text        not null,
  meant_for   text,
  posted_at   timestamptz not null
);
create index feed_entry_newest on feed_entry (posted_at desc, key desc);
