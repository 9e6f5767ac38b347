-- What the beginning of a history came to, in place of its messages up to one of them.
create table summaries (
  conversation text primary key,
  upto_message bigint not null,
  text text not null,
  at_ms bigint not null
);

-- What is old or to be forgotten is found without looking at everything else.
create index inbox_by_joined on inbox (joined) where joined is not null;
create index inbox_kept on inbox (received_at_ms) where state <> 'new' and payload <> '{}';
create index inbox_set_aside on inbox (id) where state = 'set_aside';
create index turns_by_end on turns (finished_at_ms);
create index receipts_by_time on receipts (started_at_ms);
create index media_by_time on media (at_ms);
create index media_by_job on media (job_id);
create index jobs_by_end on jobs (finished_at_ms);
