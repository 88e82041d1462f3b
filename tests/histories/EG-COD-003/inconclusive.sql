-- Every submission was refused.
-- expect: inconclusive, because vacuous
insert into capabilities values ('progress'), ('shows:dossier_code');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation, outcome, status) values
    (1, 7, 'submit', 'refused', 422);
insert into observation (exchange_id, error_code) values
    (1, 'validation');
update observations set case_id = null where exchange_id = 1;
