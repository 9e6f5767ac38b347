-- name: add(conversation, kind, mime, name, path, unique_id, job_id, size_bytes, width, height, duration_ms, now_ms)^
insert into media (conversation, kind, mime, name, path, unique_id, job_id, size_bytes, width,
                   height, duration_ms, at_ms)
values (:conversation, :kind, :mime, :name, :path, :unique_id, :job_id, :size_bytes, :width,
        :height, :duration_ms, :now_ms)
returning *;

-- name: get(conversation, id)^
select * from media where conversation = :conversation and id = :id;

-- name: by_file(conversation, unique_id)^
select * from media where conversation = :conversation and unique_id = :unique_id
order by id desc limit 1;

-- name: of_job(job_id)
select * from media where job_id = :job_id order by id;

-- name: forget_job(job_id)!
delete from media where job_id = :job_id;

-- name: sent_in(conversation, message_id, earliest)^
select 'j' || jobs.id as job_id, receipts.key,
       cast(:message_id as bigint) - cast(receipts.message_id as bigint) as place
from jobs join receipts on receipts.key in (
  'j' || jobs.id || '/media', 'j' || jobs.id || '/media/album1',
  'j' || jobs.id || '/media/album2', 'j' || jobs.id || '/media/album3')
where jobs.conversation = :conversation and receipts.finished_at_ms is not null
  and cast(receipts.message_id as bigint) between :earliest and :message_id
order by place limit 1;

-- name: recent(conversation, limit)
select * from media where conversation = :conversation order by id desc limit :limit;

-- name: older_than(at_ms, limit)
-- What an open job made is still to be delivered.
select id, path from media
where at_ms < :at_ms and path <> ''
  and job_id not in (select 'j' || id from jobs where told = 0)
order by at_ms limit :limit;

-- name: all_of(conversation, limit)
select id, path from media
where conversation = :conversation
  and job_id not in (select 'j' || id from jobs where told = 0)
limit :limit;

-- name: remove(ids)!
-- `ids` is a JSON list.
delete from media
where id < (select max(id) from media)
  and (id in (select value from json_each(:ids)) or id in (
    select id from media where conversation = ''));

-- name: blank(ids)!
-- What is the newest stays as an empty row: its number must not be given to another file.
update media set conversation = '', mime = '', name = '', path = '', unique_id = '', job_id = ''
where id in (select value from json_each(:ids));
