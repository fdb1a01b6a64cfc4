-- The releases that have not ended are counted by phase every few seconds.
create index gate_view_open on gate_view (phase) where phase not in ('SETTLED', 'REFUSED');
