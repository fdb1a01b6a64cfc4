-- Releases without telemetry are counted every few seconds.
create index watch_view_lost on watch_view (lost_since) where lost_since is not null and not ended;
