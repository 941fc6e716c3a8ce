// Command kube is Kubernetes' own programs in one file, chosen by the name it is called by
// (busybox's way): kube-apiserver, etcd, kubectl, helm, … or `kube kubectl …`.
//
// It exists so that tests talk to a real API server on a machine that can pull no images and
// has no Debian package of a recent Kubernetes. tests/cluster/build makes it. What a node runs
// (kubelet, scheduler, …) is in node.go behind the build tag `node`: tests that only need an API
// server do not wait for it to compile.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	helm "helm.sh/helm/v4/pkg/cmd"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

// programs maps each name to the function that runs it and gives its exit code.
var programs = map[string]func(args []string) int{
	"kube-apiserver":          run(apiserver.NewAPIServerCommand),
	"kube-controller-manager": run(controllers.NewControllerManagerCommand),
	"kubectl":                 run(func() *cobra.Command { return kubectl.NewDefaultKubectlCommand() }),
	"etcd":                    func(args []string) int { etcdmain.Main(args); return 0 },
	"helm":                    runHelm,
}

func main() {
	name := filepath.Base(os.Args[0])
	if _, known := programs[name]; !known && len(os.Args) > 1 {
		os.Args = os.Args[1:]
		name = os.Args[0]
	}
	program, known := programs[name]
	if !known {
		fmt.Fprintf(os.Stderr, "usage: kube <%s> [flags]\n", strings.Join(names(), "|"))
		os.Exit(2)
	}
	os.Exit(program(os.Args))
}

// run wraps a cobra command of Kubernetes. The command is made only when it is called:
// making one registers flags and metrics in global tables.
func run(command func() *cobra.Command) func([]string) int {
	return func([]string) int { return cli.Run(command()) }
}

func runHelm(args []string) int {
	command, err := helm.NewRootCmd(os.Stdout, args[1:], helm.SetupLogging)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if command.Execute() != nil {
		return 1
	}
	return 0
}

func names() []string {
	all := make([]string, 0, len(programs))
	for name := range programs {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
