-- Messages that make one turn together, such as the pictures of an album: the first one's id.
alter table inbox add column joined bigint;

-- Files of a conversation that the model can refer to: what people sent and what was made.
create table media (
  id integer primary key,
  conversation text not null,
  kind text not null,
  mime text not null,
  name text not null,
  path text not null,
  unique_id text not null default '',
  job_id text not null default '',
  size_bytes bigint not null,
  width bigint,
  height bigint,
  duration_ms bigint,
  at_ms bigint not null
);
create index media_by_conversation on media (conversation, id);
create index media_by_file on media (conversation, unique_id) where unique_id <> '';

-- Media in the making. The provider's id and address are here before the first poll; a job is open
-- until the person was told what came of it.
create table jobs (
  id integer primary key,
  call_key text not null unique,
  conversation text not null,
  person text not null,
  turn_id text not null,
  answers text not null,
  kind text not null check (kind in ('image', 'video', 'music')),
  state text not null default 'queued' check (state in (
    'queued', 'asking', 'polling', 'made', 'delivered', 'failed', 'cancelled', 'doubtful')),
  told bigint not null default 0,
  fingerprint text not null,
  request text not null,
  ticket text not null default '',
  result text not null default '{}',
  paid_call bigint,
  cost_micro_usd bigint,
  sentence text not null default '',
  cancel_wanted bigint not null default 0,
  tries bigint not null default 0,
  created_at_ms bigint not null,
  asked_at_ms bigint,
  finished_at_ms bigint
);
create index jobs_open on jobs (id) where told = 0;
create index jobs_by_conversation on jobs (conversation, id);
