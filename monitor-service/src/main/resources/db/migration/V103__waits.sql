-- What a release waits for, who can end it, and until when: for lists. Rows of before get it the next time that the
-- release is asked what follows, which is at the next start at the latest.
alter table watch_view
  add column waits_for text,
  add column who       text,
  add column due       timestamptz;
