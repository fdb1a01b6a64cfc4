-- Why a release ended so, or why it was refused.
alter table release_view add column reason text;
