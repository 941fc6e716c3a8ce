use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use securechat_local_servers::free_port;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The one API server of this test run.
pub(crate) struct Server {
    dir: PathBuf,
    bin: PathBuf,
}

/// The token of a user that may do everything.
const ADMIN: &str = "admin-token";
/// The token of the user that operators in this process run as.
const OPERATOR: &str = "operator-token";
/// That user's name.
pub(crate) const OPERATOR_USER: &str = "operator";

/// Starts the server with the first test that needs it. It ends with this process.
pub(crate) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Server::start();
        server.define();
        // The garbage collector comes after the kind of the owners: else it learns of it half a minute later.
        server.let_controllers_start();
        server
    })
}

impl Server {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let built = Command::new(root.join("tests/cluster/build")).stderr(Stdio::inherit()).output().unwrap();
        assert!(built.status.success(), "tests/cluster/build failed");
        let bin = PathBuf::from(String::from_utf8(built.stdout).unwrap().trim());
        let given = std::env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
        let program = |name: &str| match &given {
            Some(folder) if folder.join(name).exists() => folder.join(name),
            _ => bin.join(name),
        };
        let dir = tempfile::Builder::new().prefix("securechat-api-").tempdir().unwrap().keep();
        let [etcd, peer, port] = [(); 3].map(|()| free_port().unwrap());
        prepare(&dir, port);
        let started = Instant::now();
        let mut supervisor = Command::new("sh")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/harness/supervise.sh"))
            .arg(&dir)
            .args([etcd, peer, port].map(|port| port.to_string()))
            .args(["etcd", "kube-apiserver", "kube-controller-manager"].map(program))
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let server = Self { dir, bin };
        while !server.is_ready() {
            assert!(supervisor.try_wait().unwrap().is_none(), "see {}", server.dir.display());
            assert!(started.elapsed() < Duration::from_mins(1), "see {}/apiserver.log", server.dir.display());
            std::thread::sleep(Duration::from_millis(100));
        }
        // Its standard input stays open until this process ends; then it ends the rest.
        std::mem::forget(supervisor);
        server
    }

    /// A server of one's own, that knows no SecureChat.
    pub(crate) fn bare() -> Self {
        let server = Self::start();
        server.let_controllers_start();
        server
    }

    fn define(&self) {
        let crd = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crds/securechat.yaml");
        self.kubectl(&["apply", "--server-side", "-f", crd.to_str().unwrap()], "");
        let started = Instant::now();
        // A definition that has no conditions yet is an error to kubectl.
        while !self.run("kubectl", &["wait", "--for=condition=Established", "crd/securechats.securechat.io"], "").0 {
            assert!(started.elapsed() < Duration::from_mins(2), "the CRD is not served");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn let_controllers_start(&self) {
        std::fs::write(self.dir.join("ready"), "").unwrap();
    }

    fn is_ready(&self) -> bool {
        self.dir.join("apiserver.crt").exists() && self.run("kubectl", &["get", "--raw", "/readyz"], "").0
    }

    /// Runs a program of the cluster as the administrator: whether it succeeded, and all it said.
    pub(crate) fn run(&self, program: &str, args: &[&str], input: &str) -> (bool, String) {
        use std::io::Write as _;
        let mut child = Command::new(self.bin.join(program))
            .args(args)
            .env("KUBECONFIG", self.dir.join("kubeconfig"))
            .env("HOME", &self.dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text)
    }

    /// Types a command into a shell that stands in the project's folder.
    pub(crate) fn shell(&self, command: &str) -> (bool, String) {
        let path = std::env::join_paths([self.bin.as_path(), Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .env("KUBECONFIG", self.dir.join("kubeconfig"))
            .env("HOME", &self.dir)
            .env("PATH", path)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text)
    }

    /// Runs kubectl, which must succeed.
    pub(crate) fn kubectl(&self, args: &[&str], input: &str) -> String {
        let (succeeded, text) = self.run("kubectl", args, input);
        assert!(succeeded, "kubectl {}: {text}", args.join(" "));
        text
    }

    /// A client that may do everything.
    pub(crate) async fn admin(&self) -> Client {
        self.client(ADMIN).await
    }

    /// A client with the operator's rights.
    pub(crate) async fn operator(&self) -> Client {
        self.client(OPERATOR).await
    }

    /// A client with a token.
    pub(crate) async fn client(&self, token: &str) -> Client {
        let mut kubeconfig = Kubeconfig::read_from(self.dir.join("kubeconfig")).unwrap();
        kubeconfig.auth_infos[0].auth_info.as_mut().unwrap().token = Some(token.to_owned().into());
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
        securechat_operator_controller::client::client(config).unwrap()
    }

    /// A kubeconfig with the operator's rights.
    pub(crate) fn operator_kubeconfig(&self) -> PathBuf {
        let admin = std::fs::read_to_string(self.kubeconfig()).unwrap();
        let path = self.dir.join("operator-kubeconfig");
        std::fs::write(&path, admin.replace(ADMIN, OPERATOR)).unwrap();
        path
    }

    /// The administrator's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.dir.join("kubeconfig")
    }

    /// Where the API server logs requests of operators.
    pub(crate) fn audit_log(&self) -> PathBuf {
        self.dir.join("audit.log")
    }
}

fn prepare(dir: &Path, port: u16) {
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).unwrap();
    write("tokens.csv", &format!("{ADMIN},admin,1,\"system:masters\"\n{OPERATOR},{OPERATOR_USER},2\n"));
    write("audit-policy.yaml", include_str!("audit-policy.yaml"));
    write(
        "kubeconfig",
        &format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
             clusters: [{{name: test, cluster: {{server: 'https://127.0.0.1:{port}', certificate-authority: '{dir}/apiserver.crt'}}}}]\n\
             users: [{{name: test, user: {{token: {ADMIN}}}}}]\n\
             contexts: [{{name: test, context: {{cluster: test, user: test}}}}]\n",
            dir = dir.display()
        ),
    );
    let key = Command::new("openssl").args(["genrsa", "-out"]).arg(dir.join("service-accounts.pem")).output().unwrap();
    assert!(key.status.success(), "openssl cannot make a key");
}
