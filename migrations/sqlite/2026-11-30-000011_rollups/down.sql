DROP TABLE rollups;
-- A program of before does not know who counts.
DELETE FROM consumers WHERE name = 'rollups';
