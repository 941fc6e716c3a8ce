//! securechat-operator-controller
