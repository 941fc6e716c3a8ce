-- class: expand
CREATE TABLE people (
    user_id   BINARY(16)  NOT NULL,
    user_name VARCHAR(64) NOT NULL,
    PRIMARY KEY (user_id)
) CHARACTER SET utf8mb4;
