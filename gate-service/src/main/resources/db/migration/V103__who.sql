-- Who can end what a release waits for: for lists. Rows of before get it the next time that the release is asked what
-- follows, which is at the next start at the latest.
alter table gate_view add column who text;
