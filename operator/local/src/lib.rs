//! securechat-operator-local
