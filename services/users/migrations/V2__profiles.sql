-- class: expand
CREATE TABLE profiles (
    user_id  BINARY(16)       NOT NULL,
    age      TINYINT UNSIGNED NOT NULL,
    sex      CHAR(1)          NOT NULL,
    location VARCHAR(20)      NOT NULL,
    PRIMARY KEY (user_id),
    CONSTRAINT fk_profiles_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT ck_profiles_age CHECK (age BETWEEN 12 AND 120),
    CONSTRAINT ck_profiles_sex CHECK (sex IN ('f', 'm'))
) CHARACTER SET utf8mb4;
