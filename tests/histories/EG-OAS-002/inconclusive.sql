-- No answer ever came.
-- expect: inconclusive, because vacuous
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, outcome, fault) values
    (1, 7, 'submit', 'error', 'timed_out');
update exchanges set first_byte_ns = null, status = null where exchange_id = 1;
