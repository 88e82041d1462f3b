-- The run was killed before the final reads.
-- expect: inconclusive, because not_quiescent
delete from run where name in ('finished', 'peer_settled_bank', 'peer_settled_post', 'quiescent');
insert into capabilities values ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, operation) values
    (1, 7, 'submit');
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-0007', 'submitted');
