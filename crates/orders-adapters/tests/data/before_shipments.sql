-- Orders in every state, made by the program of before there were parcels: tracked or not, sent or not, ended by
-- being delivered and by being cancelled. Product 101 is counted, product 9 is not.
INSERT INTO locations (id, code, name, country, priority, active, version) VALUES
    (1, 'A', 'A', 'DE', 0, TRUE, 1);
INSERT INTO products (id, name, price, currency, weight_g, stock_policy, active, version, created_at, updated_at) VALUES
    (101, 'mug', 500, 'USD', 300, 'deny', TRUE, 1, 1795819165494, 1795819165494);
INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version) VALUES
    (1, 1, 1795819165538, 1795819165538, 'pending', 'USD', 1),
    (2, 1, 1795819165554, 1795819165665, 'pending', 'USD', 2),
    (3, 1, 1795819165572, 1795819165710, 'processing', 'USD', 4),
    (4, 1, 1795819165583, 1795819165770, 'delivered', 'USD', 5),
    (5, 1, 1795819165593, 1795819165799, 'shipped', 'USD', 3),
    (6, 1, 1795819165611, 1795819165853, 'delivered', 'USD', 5),
    (7, 1, 1795819165621, 1795819165863, 'cancelled', 'USD', 2),
    (8, 1, 1795819165639, 1795819165913, 'cancelled', 'USD', 4);
INSERT INTO order_products (id, order_id, product_id, price, quantity) VALUES
    (1, 1, 101, 500, 4),
    (2, 1, 9, 1999, 2),
    (101, 2, 101, 500, 4),
    (102, 2, 9, 1999, 2),
    (201, 3, 101, 500, 4),
    (202, 3, 9, 1999, 2),
    (301, 4, 101, 500, 4),
    (302, 4, 9, 1999, 2),
    (401, 5, 101, 500, 4),
    (402, 5, 9, 1999, 2),
    (501, 6, 101, 500, 4),
    (502, 6, 9, 1999, 2),
    (601, 7, 101, 500, 4),
    (602, 7, 9, 1999, 2),
    (701, 8, 101, 500, 4),
    (702, 8, 9, 1999, 2);
INSERT INTO order_shipments (id, order_id, shipping_provider, tracking_number) VALUES
    (2, 2, 'DHL', 'N1'),
    (3, 3, 'DHL', 'N2'),
    (4, 4, 'DHL', 'N1'),
    (6, 6, 'DHL', 'N9');
INSERT INTO events (id, kind, subject, version, type, at, actor_kind, actor, request_id, data) VALUES
    (1, 'location/A', 0, 1, 'created', 1795819165475, 'user', 100, '01a21f29-d723-74b6-b96f-1b1875250f3f', '{"said":{"to":{"name":"A","country":"DE","latitudeE6":null,"longitudeE6":null,"priority":0,"parcelMaxGrams":null,"parcelMaxMm3":null,"parcelMaxSideMm":null,"active":true}},"made":{"name":"A","country":"DE","latitudeE6":null,"longitudeE6":null,"priority":0,"parcelMaxGrams":null,"parcelMaxMm3":null,"parcelMaxSideMm":null,"active":true,"id":1}}'),
    (2, 'product', 101, 1, 'created', 1795819165494, 'user', 100, '01a21f29-d736-76d5-82ee-99b5997596ff', '{"said":{"to":{"sku":null,"name":"mug","price":500,"currency":"USD","weightGrams":300,"size":null,"stockPolicy":"deny","active":true}},"made":{"sku":null,"name":"mug","price":500,"currency":"USD","weightGrams":300,"size":null,"stockPolicy":"deny","active":true}}'),
    (3, 'stock/A', 101, 1, 'counted', 1795819165517, 'user', 100, '01a21f29-d74d-71fd-a369-518ae48307f3', '{"said":{"from":0,"to":50,"backorderLimit":0},"made":{"level":{"location":"A","onHand":50,"reserved":0,"backorderLimit":0,"available":50,"version":1},"target":null,"orders":[]}}'),
    (4, 'order', 1, 1, 'placed', 1795819165538, 'user', 1, '01a21f29-d762-71c4-b81e-52be24bfc6c7', '{"lines":[[101,4],[9,2]]}'),
    (5, 'order', 2, 1, 'placed', 1795819165554, 'user', 1, '01a21f29-d772-71a2-b6ef-e429a3b0d0bc', '{"lines":[[101,4],[9,2]]}'),
    (6, 'order', 3, 1, 'placed', 1795819165572, 'user', 1, '01a21f29-d784-7611-9c31-190e3da7d016', '{"lines":[[101,4],[9,2]]}'),
    (7, 'order', 4, 1, 'placed', 1795819165583, 'user', 1, '01a21f29-d78f-7650-ab3f-ac884dae4129', '{"lines":[[101,4],[9,2]]}'),
    (8, 'order', 5, 1, 'placed', 1795819165593, 'user', 1, '01a21f29-d799-72ca-81b5-8e6e6aad67d5', '{"lines":[[101,4],[9,2]]}'),
    (9, 'order', 6, 1, 'placed', 1795819165611, 'user', 1, '01a21f29-d7ab-703f-ac13-18339fe5577b', '{"lines":[[101,4],[9,2]]}'),
    (10, 'order', 7, 1, 'placed', 1795819165621, 'user', 1, '01a21f29-d7b5-764f-86b2-2eb5100baaf3', '{"lines":[[101,4],[9,2]]}'),
    (11, 'order', 8, 1, 'placed', 1795819165639, 'user', 1, '01a21f29-d7c7-764f-8f84-ab3ba2cf69de', '{"lines":[[101,4],[9,2]]}'),
    (12, 'order', 2, 2, 'tracked', 1795819165665, 'user', 100, '01a21f29-d7e0-7655-a296-35727f48b3c3', '{"status":"pending","shippingProvider":"DHL","trackingNumber":"N1"}'),
    (13, 'order', 3, 2, 'tracked', 1795819165679, 'user', 100, '01a21f29-d7ee-7301-af88-2637e1f94c81', '{"status":"pending","shippingProvider":"DHL","trackingNumber":"N1"}'),
    (14, 'order', 3, 3, 'processing', 1795819165699, 'user', 100, '01a21f29-d803-76f5-9bb9-2ed35c111a58', '{"from":"pending","to":"processing"}'),
    (15, 'order', 3, 4, 'tracked', 1795819165710, 'user', 100, '01a21f29-d80e-7076-8b3e-afa59b9d5b1c', '{"status":"processing","shippingProvider":"DHL","trackingNumber":"N2"}'),
    (16, 'order', 4, 2, 'tracked', 1795819165727, 'user', 100, '01a21f29-d81e-71c0-bd89-4755ba4debd6', '{"status":"pending","shippingProvider":"DHL","trackingNumber":"N1"}'),
    (17, 'order', 4, 3, 'processing', 1795819165742, 'user', 100, '01a21f29-d82e-77b1-ae05-07b9cd169575', '{"from":"pending","to":"processing"}'),
    (18, 'order', 4, 4, 'shipped', 1795819165758, 'user', 100, '01a21f29-d83e-7570-9155-ebb4cc53d577', '{"from":"processing","to":"shipped"}'),
    (19, 'order', 4, 5, 'delivered', 1795819165770, 'user', 100, '01a21f29-d84a-705c-b52a-31aab8869f5e', '{"from":"shipped","to":"delivered"}'),
    (20, 'order', 5, 2, 'processing', 1795819165784, 'user', 100, '01a21f29-d858-751f-8159-bca66d8c83e6', '{"from":"pending","to":"processing"}'),
    (21, 'order', 5, 3, 'shipped', 1795819165799, 'user', 100, '01a21f29-d866-73fc-aaa9-48afe8b2eaf4', '{"from":"processing","to":"shipped"}'),
    (22, 'order', 6, 2, 'processing', 1795819165814, 'user', 100, '01a21f29-d876-7309-b5ac-a3e8985307f2', '{"from":"pending","to":"processing"}'),
    (23, 'order', 6, 3, 'shipped', 1795819165826, 'user', 100, '01a21f29-d882-739f-9bf1-600fbd5782b8', '{"from":"processing","to":"shipped"}'),
    (24, 'order', 6, 4, 'tracked', 1795819165842, 'user', 100, '01a21f29-d892-76f6-9d86-a29d586db628', '{"status":"shipped","shippingProvider":"DHL","trackingNumber":"N9"}'),
    (25, 'order', 6, 5, 'delivered', 1795819165853, 'user', 100, '01a21f29-d89d-75e2-8324-151bf42d460c', '{"from":"shipped","to":"delivered"}'),
    (26, 'order', 7, 2, 'cancelled', 1795819165863, 'user', 100, '01a21f29-d8a6-77ac-aab9-2ae8e830b932', '{"from":"pending","to":"cancelled"}'),
    (27, 'order', 8, 2, 'tracked', 1795819165876, 'user', 100, '01a21f29-d8b4-7372-bf4a-0e466dc22b81', '{"status":"pending","shippingProvider":"DHL","trackingNumber":"N1"}'),
    (28, 'order', 8, 3, 'tracked', 1795819165894, 'user', 100, '01a21f29-d8c6-77e4-b9b7-b7344ef3fb0a', '{"status":"pending","shippingProvider":"DHL","trackingNumber":"N2"}'),
    (29, 'order', 8, 4, 'cancelled', 1795819165913, 'user', 100, '01a21f29-d8d9-74b1-b5f0-d8691c771d78', '{"from":"pending","to":"cancelled"}');
INSERT INTO stock_levels (product_id, location_id, on_hand, reserved, backorder_limit, short, version) VALUES
    (101, 1, 38, 12, 0, 0, 1);
INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line, reason, at) VALUES
    (24576, 101, 1, 'added', 50, 50, 0, NULL, 'c', 1795819165517),
    (32768, 101, 1, 'reserved', 4, 50, 4, 1, NULL, 1795819165538),
    (40960, 101, 1, 'reserved', 4, 50, 8, 101, NULL, 1795819165554),
    (49152, 101, 1, 'reserved', 4, 50, 12, 201, NULL, 1795819165572),
    (57344, 101, 1, 'reserved', 4, 50, 16, 301, NULL, 1795819165583),
    (65536, 101, 1, 'reserved', 4, 50, 20, 401, NULL, 1795819165593),
    (73728, 101, 1, 'reserved', 4, 50, 24, 501, NULL, 1795819165611),
    (81920, 101, 1, 'reserved', 4, 50, 28, 601, NULL, 1795819165621),
    (90112, 101, 1, 'reserved', 4, 50, 32, 701, NULL, 1795819165639),
    (147456, 101, 1, 'shipped', 4, 46, 28, 301, NULL, 1795819165758),
    (172032, 101, 1, 'shipped', 4, 42, 24, 401, NULL, 1795819165799),
    (188416, 101, 1, 'shipped', 4, 38, 20, 501, NULL, 1795819165826),
    (212992, 101, 1, 'released', 4, 38, 16, 601, NULL, 1795819165863),
    (237568, 101, 1, 'released', 4, 38, 12, 701, NULL, 1795819165913);
