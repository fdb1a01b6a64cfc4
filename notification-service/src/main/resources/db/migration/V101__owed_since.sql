-- Since when the oldest message that a release is owed is owed: for metrics. Rows of before get it the next time that the
-- release is asked what follows, which is at the next start at the latest.
alter table notice_view add column owed_since timestamptz;
