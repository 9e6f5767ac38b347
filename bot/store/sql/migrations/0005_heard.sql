-- What was heard in a file, whoever sends it again: by the channel's name of the file, the model
-- that is asked first and the language that was expected.
create table heard_files (
  channel text not null,
  unique_id text not null,
  asked text not null,
  hint text not null,
  heard text not null,
  language text not null,
  duration_ms bigint not null,
  at_ms bigint not null,
  primary key (channel, unique_id, asked, hint)
);
create index heard_files_by_time on heard_files (at_ms);
