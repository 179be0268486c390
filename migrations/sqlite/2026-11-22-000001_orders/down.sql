DROP TABLE order_products;
DROP TABLE orders;
