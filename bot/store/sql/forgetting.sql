-- name: turns(conversation, limit)
select id, inbox_id from turns
where conversation = :conversation and state <> 'open'
order by started_at_ms limit :limit;

-- name: counts(turns)^
-- Lists of ids come as JSON.
select
  (select count(*) from messages where turn_id in (select value from json_each(:turns)))
    as messages,
  (select count(*) from transcripts where turn_id in (select value from json_each(:turns)))
    as transcripts;

-- name: payloads(entries)
select channel, payload from inbox where id in (select value from json_each(:entries))
union all
select channel, payload from inbox where joined in (select value from json_each(:entries));

-- name: unheard(channel, names)!
delete from heard_files
where channel = :channel and unique_id in (select value from json_each(:names));

-- name: blank_entries(entries)!
-- The rows stay: what was received is known by them when its source tells of it again.
update inbox set payload = '{}', reason = ''
where state <> 'new' and (id in (select value from json_each(:entries))
  or joined in (select value from json_each(:entries)));

-- name: remove_receipts(owner)*!
delete from receipts where key >= :owner || '/' and key < :owner || '0'; -- "0" comes after "/"

-- name: remove_turns(turns)!
delete from turns where id in (select value from json_each(:turns));

-- name: remove_summary(conversation)!
delete from summaries where conversation = :conversation;

-- name: forget_marks(conversation)!
update conversations set starts_after_message = 0, spoken_again = '' where key = :conversation;

-- name: set_aside(channel)
select id, payload from inbox
where state = 'set_aside' and channel = :channel and payload <> '{}';

-- name: blank_entry(id)!
update inbox set payload = '{}', reason = '' where id = :id;

-- name: ended_jobs(conversation)
select id from jobs where conversation = :conversation and told = 1;

-- name: running_jobs(conversation)^
select count(*) as jobs from jobs where conversation = :conversation and told = 0;

-- name: remove_jobs(jobs)!
delete from jobs
where id < (select max(id) from jobs)
  and (id in (select value from json_each(:jobs)) or id in (
    select id from jobs where conversation = ''));

-- name: blank_jobs(jobs)!
-- What is the newest stays as an empty row: its number must not be given to another.
update jobs set conversation = '', person = '', turn_id = '', answers = '',
  call_key = 'gone:' || id, fingerprint = '', request = '{}', ticket = '', result = '{}',
  sentence = ''
where id in (select value from json_each(:jobs));

-- name: lower_marks()!
-- SQLite may give the numbers of removed messages again: no mark may lie before them.
update conversations set starts_after_message = (select coalesce(max(id), 0) from messages)
where starts_after_message > (select coalesce(max(id), 0) from messages);

-- name: lower_summaries()!
update summaries set upto_message = (select coalesce(max(id), 0) from messages)
where upto_message > (select coalesce(max(id), 0) from messages);
