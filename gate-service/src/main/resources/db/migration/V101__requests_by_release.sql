-- The fate of a request is asked by the release that it is about.
create index request_record_release on request_record (release_id, at desc) where release_id is not null;
