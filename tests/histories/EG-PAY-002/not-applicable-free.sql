-- Nothing is to be paid, or only on delivery.
-- expect: not_applicable
insert into capabilities values ('planned:payment'), ('planned:post_return'), ('progress');
insert into dossier (case_id, fee, payment_method, return_method) values
    (7, null, null, null),
    (8, 50_000, 'cod', 'post');
insert into exchange (exchange_id, case_id, actor, operation) values
    (1, 7, null, 'submit'),
    (2, 8, null, 'submit'),
    (3, 7, 'clerk:H18.1/1', 'start'),
    (4, 8, 'clerk:H18.1/1', 'start');
insert into observation (exchange_id, dossier_code, state) values
    (1, 'H18-210301-0007', 'submitted'),
    (2, 'H18-210301-0008', 'submitted'),
    (3, 'H18-210301-0007', 'in_process'),
    (4, 'H18-210301-0008', 'in_process');
