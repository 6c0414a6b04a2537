-- The shop's rows for tests: always the same. Password of every user: correct-horse-battery

INSERT INTO users (id, email, display_name, password_hash, role, created_at) VALUES
  (1, 'ada@example.com', 'Ada',
   '$argon2id$v=19$m=8192,t=2,p=1$OshdNjQJfUAqDr9a8ehRjA$1qBufAfqVSdqC44iUAf2DXNrh18CILPzPjCaZDeYsQU',
   'customer', '2024-01-05 09:00+00'),
  (2, 'bob@example.com', 'Bob',
   '$argon2id$v=19$m=8192,t=2,p=1$OshdNjQJfUAqDr9a8ehRjA$1qBufAfqVSdqC44iUAf2DXNrh18CILPzPjCaZDeYsQU',
   'customer', '2024-01-05 09:00+00'),
  (3, 'sam@example.com', 'Sam',
   '$argon2id$v=19$m=8192,t=2,p=1$OshdNjQJfUAqDr9a8ehRjA$1qBufAfqVSdqC44iUAf2DXNrh18CILPzPjCaZDeYsQU',
   'staff', '2024-01-05 09:00+00'),
  (4, 'alice@example.com', 'Alice',
   '$argon2id$v=19$m=8192,t=2,p=1$OshdNjQJfUAqDr9a8ehRjA$1qBufAfqVSdqC44iUAf2DXNrh18CILPzPjCaZDeYsQU',
   'admin', '2024-01-05 09:00+00');

INSERT INTO products
  (id, sku, name, description, category, price, stock, created_at, updated_at) VALUES
  (1, 'KIT-001', 'Cast iron pan', 'Heavy, even heat; outlives its owner.', 'kitchen', 49.90, 40,
   '2024-01-06 10:00+00', '2024-01-06 10:00+00'),
  (2, 'KIT-002', 'Chef''s knife', 'Forged blade of 20 cm, balanced for long work.', 'kitchen', 79.00, 25,
   '2024-01-07 10:00+00', '2024-01-07 10:00+00'),
  (3, 'KIT-003', 'Bread board', 'Oiled oak.', 'kitchen', 24.50, 60,
   '2024-01-08 10:00+00', '2024-01-08 10:00+00'),
  (4, 'KIT-004', 'Measuring cups', 'Four cups, nested.', 'kitchen', 12.95, 80,
   '2024-01-09 10:00+00', '2024-01-09 10:00+00'),
  (5, 'KIT-005', 'Salt cellar', 'Ash wood with a swivel lid.', 'kitchen', 18.00, 35,
   '2024-01-10 10:00+00', '2024-01-10 10:00+00'),
  (6, 'KIT-006', 'Whisk', '', 'kitchen', 9.90, 120,
   '2024-01-11 10:00+00', '2024-01-11 10:00+00'),
  (7, 'KIT-007', 'Stock pot', 'Eight litres.', 'kitchen', 64.00, 15,
   '2024-01-12 10:00+00', '2024-01-12 10:00+00'),
  (8, 'GAR-001', 'Hand trowel', 'Stainless, with an ash handle.', 'garden', 14.50, 70,
   '2024-01-13 10:00+00', '2024-01-13 10:00+00'),
  (9, 'GAR-002', 'Pruning shears', 'For branches of up to 2 cm.', 'garden', 32.00, 45,
   '2024-01-14 10:00+00', '2024-01-14 10:00+00'),
  (10, 'GAR-003', 'Watering can', 'Nine litres, zinc.', 'garden', 27.90, 30,
   '2024-01-15 10:00+00', '2024-01-15 10:00+00'),
  (11, 'GAR-004', 'Seed box', 'Twelve compartments for next spring.', 'garden', 16.80, 50,
   '2024-01-16 10:00+00', '2024-01-16 10:00+00'),
  (12, 'GAR-005', 'Garden twine', 'Jute, 100 m.', 'garden', 4.20, 200,
   '2024-01-17 10:00+00', '2024-01-17 10:00+00'),
  (13, 'GAR-006', 'Kneeling pad', '', 'garden', 11.00, 65,
   '2024-01-18 10:00+00', '2024-01-18 10:00+00'),
  (14, 'BOO-001', 'Field guide to mosses', 'Third edition, with keys.', 'books', 22.00, 30,
   '2024-01-19 10:00+00', '2024-01-19 10:00+00'),
  (15, 'BOO-002', 'The long river', 'A novel in four seasons.', 'books', 14.90, 55,
   '2024-01-20 10:00+00', '2024-01-20 10:00+00'),
  (16, 'BOO-003', 'Knots and splices', 'A working sailor''s handbook.', 'books', 17.50, 40,
   '2024-01-21 10:00+00', '2024-01-21 10:00+00'),
  (17, 'BOO-004', 'Winter recipes', '', 'books', 26.00, 35,
   '2024-01-22 10:00+00', '2024-01-22 10:00+00'),
  (18, 'BOO-005', 'A short history of maps', 'From clay to satellites.', 'books', 31.00, 20,
   '2024-01-23 10:00+00', '2024-01-23 10:00+00'),
  (19, 'BOO-006', 'Chess endings', 'Four hundred positions.', 'books', 19.90, 25,
   '2024-01-24 10:00+00', '2024-01-24 10:00+00'),
  (20, 'TOO-001', 'Claw hammer', '450 g, hickory handle.', 'tools', 21.50, 50,
   '2024-01-05 10:00+00', '2024-01-05 10:00+00'),
  (21, 'TOO-002', 'Tape measure', 'Five metres.', 'tools', 8.90, 150,
   '2024-01-06 10:00+00', '2024-01-06 10:00+00'),
  (22, 'TOO-003', 'Spirit level', '60 cm, three vials.', 'tools', 29.00, 40,
   '2024-01-07 10:00+00', '2024-01-07 10:00+00'),
  (23, 'TOO-004', 'Bit set', 'Thirty-two bits, magnetic holder.', 'tools', 34.90, 60,
   '2024-01-08 10:00+00', '2024-01-08 10:00+00'),
  (24, 'TOO-005', 'Hand plane', 'No. 4, cast iron.', 'tools', 88.00, 12,
   '2024-01-09 10:00+00', '2024-01-09 10:00+00'),
  (25, 'TOO-006', 'Marking gauge', 'Beech and brass.', 'tools', 23.40, 28,
   '2024-01-10 10:00+00', '2024-01-10 10:00+00'),
  (26, 'TOY-001', 'Wooden train', 'An engine and three wagons.', 'toys', 39.00, 30,
   '2024-01-11 10:00+00', '2024-01-11 10:00+00'),
  (27, 'TOY-002', 'Kite', 'Ripstop, with 50 m of line.', 'toys', 18.50, 45,
   '2024-01-12 10:00+00', '2024-01-12 10:00+00'),
  (28, 'TOY-003', 'Marbles', 'A bag of forty.', 'toys', 6.00, 180,
   '2024-01-13 10:00+00', '2024-01-13 10:00+00'),
  (29, 'TOY-004', 'Spinning top', '', 'toys', 7.50, 90,
   '2024-01-14 10:00+00', '2024-01-14 10:00+00'),
  (30, 'TOY-005', 'Puzzle of the moon', 'Five hundred pieces.', 'toys', 22.90, 33,
   '2024-01-15 10:00+00', '2024-01-15 10:00+00'),
  (31, 'TOY-006', 'Yo-yo', 'The last one.', 'toys', 5.50, 1,
   '2024-01-16 10:00+00', '2024-01-16 10:00+00'),
  (32, 'TOY-007', 'Music box', 'Sold out; back in spring.', 'toys', 44.00, 0,
   '2024-01-17 10:00+00', '2024-01-17 10:00+00');

-- open, about to be used up, expired, used up
INSERT INTO coupons (code, percent, max_redemptions, redeemed, expires_at, created_at) VALUES
  ('WELCOME10', 10, 1000, 2, '2099-12-31 23:59:59+00', '2024-01-05 09:00+00'),
  ('LASTONE', 20, 1, 0, '2099-12-31 23:59:59+00', '2024-01-05 09:00+00'),
  ('SUMMER24', 30, 500, 0, '2024-09-01 00:00+00', '2024-01-01 09:00+00'),
  ('ONLYONCE', 25, 1, 1, '2099-12-31 23:59:59+00', '2024-01-05 09:00+00');

INSERT INTO orders
  (id, user_id, status, coupon_code, discount, total, created_at, updated_at) VALUES
  (1, 1, 'paid', 'WELCOME10', 6.97, 62.73, '2024-02-01 12:00+00', '2024-02-01 12:30+00'),
  (2, 1, 'open', NULL, 0.00, 50.00, '2024-02-02 12:00+00', '2024-02-02 12:00+00'),
  (3, 1, 'cancelled', NULL, 0.00, 22.00, '2024-02-03 12:00+00', '2024-02-03 12:30+00'),
  (4, 1, 'paid', 'ONLYONCE', 18.55, 55.65, '2024-02-04 12:00+00', '2024-02-04 12:30+00'),
  (5, 1, 'open', NULL, 0.00, 39.00, '2024-02-05 12:00+00', '2024-02-05 12:00+00'),
  (6, 2, 'paid', NULL, 0.00, 79.00, '2024-02-06 12:00+00', '2024-02-06 12:30+00'),
  (7, 2, 'open', 'WELCOME10', 4.73, 42.57, '2024-02-07 12:00+00', '2024-02-07 12:00+00'),
  (8, 2, 'cancelled', NULL, 0.00, 60.00, '2024-02-08 12:00+00', '2024-02-08 12:30+00'),
  (9, 2, 'open', NULL, 0.00, 60.50, '2024-02-09 12:00+00', '2024-02-09 12:00+00');

INSERT INTO order_lines (order_id, product_id, quantity, unit_price) VALUES
  (1, 1, 1, 49.90),
  (1, 6, 2, 9.90),
  (2, 8, 2, 14.50),
  (2, 12, 5, 4.20),
  (3, 14, 1, 22.00),
  (4, 20, 1, 21.50),
  (4, 21, 2, 8.90),
  (4, 23, 1, 34.90),
  (5, 26, 1, 39.00),
  (6, 2, 1, 79.00),
  (7, 15, 2, 14.90),
  (7, 16, 1, 17.50),
  (8, 28, 10, 6.00),
  (9, 3, 1, 24.50),
  (9, 5, 2, 18.00);

INSERT INTO payments (id, order_id, amount, method, created_at) VALUES
  (1, 1, 62.73, 'card', '2024-02-01 12:30+00'),
  (2, 4, 55.65, 'invoice', '2024-02-04 12:30+00'),
  (3, 6, 79.00, 'card', '2024-02-06 12:30+00');

INSERT INTO cart_items (user_id, product_id, quantity, added_at) VALUES
  (1, 4, 2, '2024-02-20 08:00+00'),
  (1, 9, 1, '2024-02-20 08:00+00'),
  (1, 18, 3, '2024-02-20 08:00+00'),
  (2, 10, 1, '2024-02-20 08:00+00');

INSERT INTO audit (id, actor_id, action, subject, detail, created_at) VALUES
  (1, 4, 'coupon.created', 'coupon/WELCOME10', '{"percent": 10}', '2024-01-05 09:10+00'),
  (2, 1, 'order.placed', 'order/5', '{"total": "39.00"}', '2024-02-05 12:00+00'),
  (3, 2, 'order.cancelled', 'order/8', '{}', '2024-02-08 12:30+00');
INSERT INTO audit (id, actor_id, action, subject, detail, created_at)
SELECT n, 3, 'product.stocked', 'product/' || n, '{"stock": 25}', timestamptz '2024-02-09 08:00+00' + n * interval '1 minute'
FROM generate_series(4, 15) AS n;

INSERT INTO outbox (id, topic, payload, created_at, sent_at) VALUES
  (1, 'order.placed', '{"id": 5, "total": "39.00"}', '2024-02-05 12:00+00', '2024-02-05 12:00:01+00'),
  (2, 'order.cancelled', '{"id": 8}', '2024-02-08 12:30+00', NULL);

SELECT setval(pg_get_serial_sequence('users', 'id'), (SELECT max(id) FROM users));
SELECT setval(pg_get_serial_sequence('products', 'id'), (SELECT max(id) FROM products));
SELECT setval(pg_get_serial_sequence('orders', 'id'), (SELECT max(id) FROM orders));
SELECT setval(pg_get_serial_sequence('payments', 'id'), (SELECT max(id) FROM payments));
SELECT setval(pg_get_serial_sequence('audit', 'id'), (SELECT max(id) FROM audit));
SELECT setval(pg_get_serial_sequence('outbox', 'id'), (SELECT max(id) FROM outbox));
