-- A program of before does not know who counts. First this, in the order in which it is counted.
DELETE FROM consumers WHERE name = 'rollups';
DROP TABLE rollups;
