DROP TABLE logos;
DROP TABLE solutions;
