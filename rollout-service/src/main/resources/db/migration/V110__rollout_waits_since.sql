-- Since when a rollout holds, and since when a person is asked: for metrics. Rows of before get them the next time that
-- the release is asked what follows, which is at the next start at the latest.
alter table rollout_view
  add column held_since  timestamptz,
  add column asked_since timestamptz;
create index rollout_view_open on rollout_view (phase) where outcome is null;
