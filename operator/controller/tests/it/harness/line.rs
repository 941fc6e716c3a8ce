use super::Server;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use kube::Client;
use kube::client::Body;
use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::sync::watch::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;

/// The line between one operator and the API server: it notes what passes, and plays what can go wrong on it.
#[derive(Clone)]
pub(crate) struct Line(Arc<Mutex<State>>);

/// A request as the line sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    pub(crate) method: Method,
    /// The resource in the plural, such as `configmaps`.
    pub(crate) resource: String,
    /// Whether it starts a watch.
    pub(crate) watch: bool,
}

impl Asked {
    /// Whether it changes something other than the Lease, by which nothing is done.
    pub(crate) fn is_write(&self) -> bool {
        self.method != Method::GET && self.resource != "leases"
    }
}

/// What happens to a request.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    /// It is answered by the API server.
    Pass,
    /// It is answered by the API server after this time.
    Late(Duration),
    /// It reaches the API server when the token says so.
    Held(CancellationToken),
    /// It does not reach the API server; this is the answer.
    Answer(u16),
    /// It does not reach the API server, and there is no answer.
    Lost,
    /// It reaches the API server, and the answer never comes. The token tells when it would have.
    AnswerLost(CancellationToken),
    /// The connection is refused.
    Refused,
    /// A watch is begun, and ended at once without an error.
    Ended,
}

type Judge = Box<dyn FnMut(&Asked) -> Fate + Send>;
type Answer = Response<UnsyncBoxBody<Bytes, Error>>;
type Error = Box<dyn std::error::Error + Send + Sync>;

struct State {
    judge: Judge,
    asked: Vec<Asked>,
    /// How the open watches of each resource go on.
    open: HashMap<String, Sender<Flow>>,
}

impl Line {
    /// A line on which everything passes.
    pub(crate) fn new() -> Self {
        let state = State { judge: Box::new(|_| Fate::Pass), asked: Vec::new(), open: HashMap::new() };
        Self(Arc::new(Mutex::new(state)))
    }

    /// What happens to requests from now on.
    pub(crate) fn judge(&self, judge: impl FnMut(&Asked) -> Fate + Send + 'static) {
        self.0.lock().unwrap().judge = Box::new(judge);
    }

    /// Everything passes from now on. Watches that were frozen stay so, as dead connections do.
    pub(crate) fn mend(&self) {
        self.judge(|_| Fate::Pass);
    }

    /// The open watches of a resource say nothing more, not even that they end.
    pub(crate) fn freeze(&self, resource: &str) {
        let open = self.0.lock().unwrap().open.remove(resource);
        assert!(open.is_some_and(|flow| flow.send(Flow::Frozen).is_ok()), "there is a watch of {resource}");
    }

    /// All open watches break.
    pub(crate) fn cut(&self) {
        for (_, flow) in self.0.lock().unwrap().open.drain() {
            let _ = flow.send(Flow::Cut);
        }
    }

    /// How many requests there were so far.
    pub(crate) fn count(&self, which: impl Fn(&Asked) -> bool) -> usize {
        self.0.lock().unwrap().asked.iter().filter(|asked| which(asked)).count()
    }

    /// A client with the operator's rights at this end of the line.
    pub(crate) async fn client(&self, server: &Server) -> Client {
        let (line, beyond) = (self.clone(), server.operator().await);
        let service = tower::service_fn(move |request| line.clone().carry(beyond.clone(), request));
        Client::new(service, "default")
    }

    async fn carry(self, beyond: Client, request: Request<Body>) -> Result<Answer, Error> {
        let asked = asked(&request);
        let fate = {
            let mut state = self.0.lock().unwrap();
            state.asked.push(asked.clone());
            (state.judge)(&asked)
        };
        match fate {
            Fate::Pass => {}
            Fate::Late(time) => tokio::time::sleep(time).await,
            Fate::Held(until) => until.cancelled().await,
            Fate::Answer(code) => return Ok(answer(code)),
            Fate::Lost => return pending().await,
            Fate::AnswerLost(done) => {
                drop(beyond.send(request).await);
                done.cancel();
                return pending().await;
            }
            Fate::Refused => return Err("connection refused".into()),
            Fate::Ended => {
                return Ok(Response::new(Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync()));
            }
        }
        let response = beyond.send(request).await?;
        if !asked.watch {
            return Ok(response.map(|body| body.map_err(Error::from).boxed_unsync()));
        }
        let flow =
            self.0.lock().unwrap().open.entry(asked.resource).or_insert_with(|| channel(Flow::Open).0).subscribe();
        Ok(response.map(|body| breakable(body, flow)))
    }
}

/// How a watch goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Open,
    Frozen,
    Cut,
}

/// A body that flows until it stands still for ever or breaks.
fn breakable(body: Body, mut flow: Receiver<Flow>) -> UnsyncBoxBody<Bytes, Error> {
    let mut left = flow.clone();
    let broken = async move {
        // An error means that the line is gone, and with it the test.
        let _ = left.wait_for(|flow| *flow != Flow::Open).await;
    };
    let bytes = body.into_data_stream().take_until(Box::pin(broken));
    let end = stream::poll_fn(move |_| match *flow.borrow_and_update() {
        Flow::Frozen => Poll::Pending,
        Flow::Cut => Poll::Ready(Some(Err(Error::from("connection reset")))),
        Flow::Open => Poll::Ready(None),
    });
    StreamBody::new(bytes.map(|bytes| bytes.map(Frame::data).map_err(Error::from)).chain(end)).boxed_unsync()
}

/// `/api/v1/namespaces/N/configmaps/NAME`, `/apis/GROUP/VERSION/namespaces/N/deployments`, and both without a namespace.
fn asked(request: &Request<Body>) -> Asked {
    let path: Vec<_> = request.uri().path().split('/').filter(|part| !part.is_empty()).collect();
    let rest = if path.first() == Some(&"api") { path.get(2..) } else { path.get(3..) };
    let resource = match rest.unwrap_or_default() {
        ["namespaces", _, resource, ..] | [resource, ..] => *resource,
        [] => "",
    };
    let watch = request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == "watch=true"));
    Asked { at: Instant::now(), method: request.method().clone(), resource: resource.to_owned(), watch }
}

/// What the API server would say.
fn answer(code: u16) -> Answer {
    let reason = match code {
        404 => "NotFound",
        409 => "Conflict",
        410 => "Expired",
        429 => "TooManyRequests",
        500 => "InternalError",
        _ => "Unknown",
    };
    let status = serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": format!("played by the test: {reason}"), "reason": reason, "code": code,
    });
    let body = Full::new(Bytes::from(status.to_string())).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(code).unwrap();
    response
}
