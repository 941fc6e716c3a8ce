//! Steps on their way to a collector.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use securechat_kernel::SystemClock;
use securechat_metrics::{IntCounterVec, Metrics, services::TRACE_STEPS};
use securechat_telemetry::{Exporter, Traces, steps};
use securechat_trace_context::{Kind, TraceContext, failed};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::layer::SubscriberExt as _;

fn exporter(port: u16, sample_percent: u8) -> (Exporter, IntCounterVec) {
    let traces = Traces {
        endpoint: format!("http://127.0.0.1:{port}").parse().unwrap(),
        sample_percent,
        service: "securechat-test".to_owned(),
        version: "1.2.3",
    };
    let count = Metrics::default().counter(TRACE_STEPS);
    let (exporter, sending) = Exporter::new(&traces, Arc::new(SystemClock), count.clone()).unwrap();
    tokio::spawn(sending);
    (exporter, count)
}

/// Reads one request and answers that all is well.
async fn receive(stream: &mut TcpStream) -> (String, ExportTraceServiceRequest) {
    let mut bytes = Vec::new();
    let (head, length) = loop {
        bytes.push(stream.read_u8().await.unwrap());
        if bytes.ends_with(b"\r\n\r\n") {
            let head = String::from_utf8(bytes).unwrap().to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            break (head.clone(), length.parse().unwrap());
        }
    };
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    (head, ExportTraceServiceRequest::decode(body.as_slice()).unwrap())
}

/// What happens within, told to `exporter`.
async fn telling<F: Future>(exporter: &Exporter, work: impl FnOnce() -> F) -> F::Output {
    async { work().await }.with_subscriber(tracing_subscriber::registry().with(steps(exporter))).await
}

#[tokio::test]
async fn a_collector_gets_each_step_with_its_parent_its_kind_and_its_failure() {
    let collector = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (exporter, count) = exporter(collector.local_addr().unwrap().port(), 100);
    let came = TraceContext::root();
    let from = came.to_string();
    telling(&exporter, || {
        TraceContext::after(Some(&from)).run(Kind::Server, "GET /x", async {
            securechat_trace_context::step(Kind::Client, "GET chats", async { failed(&"it is away") }).await;
        })
    })
    .await;
    let (mut stream, _) = collector.accept().await.unwrap();
    let (head, request) = receive(&mut stream).await;
    assert!(head.starts_with("post /v1/traces ") && head.contains("content-type: application/x-protobuf"), "{head}");
    let [resource] = request.resource_spans.as_slice() else { panic!("one process") };
    let attributes = format!("{:?}", resource.resource);
    assert!(attributes.contains("securechat-test") && attributes.contains("1.2.3"), "{attributes}");
    let spans: Vec<&Span> = resource.scope_spans.iter().flat_map(|scope| &scope.spans).collect();
    let [client, server] = spans.as_slice() else { panic!("two steps: {spans:?}") };
    assert_eq!((server.name.as_str(), client.name.as_str()), ("GET /x", "GET chats"));
    assert_eq!((server.kind, client.kind), (2, 3), "server and client in OTLP's numbers");
    let parent = u64::from_be_bytes(server.parent_span_id.clone().try_into().unwrap());
    assert!(from.contains(&format!("{parent:016x}")), "the step that the request came from");
    assert_eq!(client.parent_span_id, server.span_id);
    assert!(spans.iter().all(|span| span.trace_id == server.trace_id));
    assert_eq!(client.status.as_ref().unwrap().message, "it is away");
    assert!(
        server.start_time_unix_nano <= client.start_time_unix_nano
            && client.end_time_unix_nano <= server.end_time_unix_nano
    );
    // One that comes alone, soon after.
    telling(&exporter, || TraceContext::root().run(Kind::Internal, "alone", async {})).await;
    let (_, request) = tokio::time::timeout(Duration::from_secs(5), receive(&mut stream)).await.unwrap();
    assert_eq!(request.resource_spans[0].scope_spans[0].spans[0].name, "alone");
    exporter.flush().now().await;
    assert_eq!(count.with_label_values(&["sent"]).get(), 3);
}

#[tokio::test]
async fn nothing_waits_for_a_collector_that_does_not_answer_and_what_is_too_much_is_counted() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (exporter, count) = exporter(silent.local_addr().unwrap().port(), 100);
    let began = Instant::now();
    telling(&exporter, || async {
        for _ in 0..20_000 {
            TraceContext::root().run(Kind::Internal, "work", async {}).await;
        }
    })
    .await;
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
    let dropped = count.with_label_values(&["dropped"]).get();
    assert!((10_000..12_000).contains(&dropped), "{dropped} of 20,000 were dropped");
}

#[tokio::test]
async fn a_collector_that_is_away_is_told_of_in_the_counts() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (exporter, count) = exporter(port, 100);
    telling(&exporter, || TraceContext::root().run(Kind::Internal, "work", async {})).await;
    exporter.flush().now().await;
    assert_eq!(count.with_label_values(&["refused"]).get(), 1);
}

#[tokio::test]
async fn of_a_hundred_traces_some_are_told_whole_and_what_another_left_out_is_left_out_here() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (exporter, count) = exporter(silent.local_addr().unwrap().port(), 10);
    telling(&exporter, || async {
        for _ in 0..2_000 {
            TraceContext::root().run(Kind::Internal, "work", async {}).await;
        }
    })
    .await;
    assert_eq!(count.with_label_values(&["dropped"]).get(), 0, "a tenth has room");
    let unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    telling(&exporter, || TraceContext::after(Some(unsampled)).run(Kind::Server, "GET /x", async {})).await;
    let waiting = exporter.waiting();
    assert!((100..300).contains(&waiting), "{waiting} of 2,000 are told");
}
