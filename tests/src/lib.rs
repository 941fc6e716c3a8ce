//! securechat-tests
