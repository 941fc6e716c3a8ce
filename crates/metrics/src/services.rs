//! All metrics of the services. Each process counts those of its own parts; Prometheus adds which process it was.

crate::declare! {
    /// Which release runs: always 1.
    BUILD_INFO: Gauge("securechat_build_info", "none", "service" = "the service", "version" = "its release");
    /// 1 when every dependency that the service cannot start without was reached once and it is not on its way out.
    READY: Gauge("securechat_ready", "none");
    /// 1 while a dependency answers, asked when the metrics are read.
    DEPENDENCY_UP: Gauge("securechat_dependency_up", "none", "dependency" = "as `/health` names it");
    /// How long requests take to be answered.
    HTTP_REQUESTS: Histogram("securechat_http_request_duration_seconds", "seconds",
        "listener" = "`public`, `internal` or `admin`", "route" = "method and path as documented, or `other`", "status" = "the status code");
    /// Requests under way; a connection of the hub is none.
    HTTP_IN_FLIGHT: Gauge("securechat_http_requests_in_flight", "requests", "listener" = "`public`, `internal` or `admin`");
    /// Handlers that panicked: each is a bug, and was answered with status 500.
    HTTP_PANICS: Counter("securechat_http_handler_panics_total", "requests", "listener" = "`public`, `internal` or `admin`");
    /// Connections to the database.
    DATABASE_CONNECTIONS: Gauge("securechat_database_connections", "connections", "state" = "`used` or `idle`");
    /// How many connections to the database there may be.
    DATABASE_CONNECTIONS_MAX: Gauge("securechat_database_connections_max", "connections");
    /// 1 while there is a connection to the broker.
    BROKER_CONNECTED: Gauge("securechat_broker_connected", "none");
    /// Connections made to the broker: more than one a process means that it was lost.
    BROKER_CONNECTIONS: Counter("securechat_broker_connections_total", "connections");
    /// Events handed to the broker. What failed stays in the outbox and is sent again.
    EVENTS_PUBLISHED: Counter("securechat_events_published_total", "events",
        "type" = "the event's type", "outcome" = "`confirmed` or `failed`");
    /// Deliveries of events that were handled. Retried ones come again, parked ones wait in the dead-letter queue for a person, those that wait need something that is away.
    EVENTS_HANDLED: Counter("securechat_events_handled_total", "events",
        "queue" = "the queue's name, without what is a replica's own", "type" = "the event's type, or `none` of what is no event",
        "outcome" = "`done`, `retried`, `parked`, `dropped` (in a replica's own queue) or `waits`");
    /// How long one handling of an event takes.
    EVENT_HANDLING: Histogram("securechat_event_handling_duration_seconds", "seconds",
        "queue" = "the queue's name, without what is a replica's own", "type" = "the event's type");
    /// How old events are when their handling begins, by the clocks of two processes.
    EVENT_AGE: Histogram("securechat_event_age_seconds", "seconds",
        "queue" = "the queue's name, without what is a replica's own");
    /// Events in the service's outbox, of all replicas: take the maximum over replicas, not the sum.
    OUTBOX_PENDING: Gauge("securechat_outbox_pending_events", "events");
    /// Age of the oldest event in the outbox; 0 when it is empty.
    OUTBOX_OLDEST: Gauge("securechat_outbox_oldest_event_age_seconds", "seconds");
    /// Events of a replica that ended without sending them, taken over by this one.
    OUTBOX_TAKEN_OVER: Counter("securechat_outbox_taken_over_events_total", "events");
    /// Open connections of the hub.
    HUB_CONNECTIONS: Gauge("securechat_hub_connections", "connections");
    /// Connections of the hub that shook hands.
    HUB_OPENED: Counter("securechat_hub_connections_opened_total", "connections");
    /// Connections that the hub ended because they were silent or took nothing.
    HUB_CUT: Counter("securechat_hub_connections_cut_total", "connections");
    /// Frames that clients sent to the hub.
    HUB_FRAMES: Counter("securechat_hub_frames_received_total", "frames");
    /// Pushes queued to a connection of the hub.
    HUB_PUSHES: Counter("securechat_hub_pushes_total", "pushes");
    /// Pushes that found their connection ending, or its queue full.
    HUB_PUSHES_REFUSED: Counter("securechat_hub_pushes_refused_total", "pushes");
    /// How long calls of the hub's methods take.
    HUB_CALLS: Histogram("securechat_hub_call_duration_seconds", "seconds",
        "method" = "the method, in lower case, or `other`", "outcome" = "`done` or the kind of problem");
    /// Sign-ins with a password.
    SIGN_INS: Counter("securechat_sign_ins_total", "sign-ins",
        "outcome" = "`done`, `no_match`, `throttled` (too many failed) or `failed` (it could not be checked)");
    /// Requests for tokens.
    TOKEN_REQUESTS: Counter("securechat_token_requests_total", "requests",
        "grant" = "the grant type, or `other`", "outcome" = "`done`, `refused` or `failed`");
    /// Steps of traces, where a collector is named. Dropped ones found too many waiting, refused ones were not taken by the collector.
    TRACE_STEPS: Counter("securechat_trace_steps_total", "steps", "outcome" = "`sent`, `dropped` or `refused`");
    /// Mails. Retried ones are sent again later; given up ones are lost, and their person has to ask again.
    MAILS: Counter("securechat_mails_total", "mails", "outcome" = "`sent`, `retried` or `given_up`");
}
