-- name: old_turns(before_ms, limit)
select id, inbox_id from turns
where finished_at_ms < :before_ms and state <> 'open'
order by finished_at_ms limit :limit;

-- name: remove_entries(entries)!
-- The newest entry stays: turns and receipts are named after these numbers.
delete from inbox
where state <> 'new' and id < (select max(id) from inbox)
  and (id in (select value from json_each(:entries))
    or joined in (select value from json_each(:entries)))
  and not exists (select 1 from turns where turns.inbox_id = inbox.id);

-- name: old_summaries(before_ms)!
delete from summaries where at_ms < :before_ms;

-- name: old_jobs(before_ms, limit)
select id from jobs
where finished_at_ms < :before_ms and told = 1 and conversation <> ''
order by finished_at_ms limit :limit;

-- name: old_receipts(before_ms, limit)!
-- Those of what is still under way prove what must not be sent again.
delete from receipts where key in (
  select key from receipts
  where started_at_ms < :before_ms
    and not exists (
      select 1 from turns where id = substr(key, 1, instr(key, '/') - 1) and state = 'open')
    and substr(key, 1, instr(key, '/') - 1) not in (select 'j' || id from jobs where told = 0)
  order by started_at_ms limit :limit);

-- name: old_payloads(before_ms, limit)!
update inbox set payload = '{}', reason = '' where id in (
  select id from inbox
  where received_at_ms < :before_ms and state <> 'new' and payload <> '{}'
  order by received_at_ms limit :limit);

-- name: old_strays(before_ms, limit)!
-- Entries without a turn.
delete from inbox where id in (
  select inbox.id from inbox left join turns on turns.inbox_id = inbox.id
  where inbox.received_at_ms < :before_ms and inbox.state <> 'new' and turns.id is null
    and inbox.joined is null and inbox.id < (select max(id) from inbox)
  order by inbox.id limit :limit);

-- name: old_heard(before_ms, limit)!
delete from heard_files where (channel, unique_id, asked, hint) in (
  select channel, unique_id, asked, hint from heard_files
  where at_ms < :before_ms order by at_ms limit :limit);

-- name: old_calls(before_ms, limit)!
-- Jobs name the newest ones.
delete from paid_calls where id in (
  select id from paid_calls
  where started_at_ms < :before_ms and state <> 'intent' and id < (select max(id) from paid_calls)
  order by started_at_ms limit :limit);
