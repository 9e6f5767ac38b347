-- People whom the owner let in, those who ask to be, and what must still be told outside of turns.

create table paired (
  channel text not null,
  person text not null,
  name text not null default '',
  paired_at_ms bigint not null,
  primary key (channel, person)
);

create table pairings (
  channel text not null,
  person text not null,
  code text not null,
  name text not null default '',
  conversation text not null,
  message_id text not null,
  state text not null default 'waiting' check (state in ('waiting', 'denied')),
  asked_at_ms bigint not null,
  expires_at_ms bigint not null,
  primary key (channel, person)
);

create unique index pairings_by_code on pairings (channel, code);

create table notices (
  id integer primary key autoincrement,
  conversation text not null,
  markdown text not null,
  buttons text not null default '[]',
  tries integer not null default 0,
  due_at_ms bigint not null,
  created_at_ms bigint not null
);

create index notices_by_due on notices (due_at_ms);

create table drops (
  conversation text primary key,
  reason text not null,
  person text not null,
  at_ms bigint not null
);

create table hints (
  channel text not null,
  chat_id text not null,
  hinted_at_ms bigint not null,
  primary key (channel, chat_id)
);
