-- What a release waits for, who can end it, and until when. Rows of before get it with the next fact of their release.
alter table release_view
  add column waits_for text,
  add column who       text,
  add column due       timestamptz;
