package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// container is one of a pod, as far as the recipe uses it.
type container struct {
	Name, Image string
	Args        []string
	Command     []string
	WorkingDir  string `yaml:"workingDir"`
	Env         []struct{ Name, Value string }
	EnvFrom     []struct {
		SecretRef struct{ Name string } `yaml:"secretRef"`
	} `yaml:"envFrom"`
	Resources       struct{ Requests, Limits map[string]string }
	SecurityContext struct {
		AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
		ReadOnlyRootFilesystem   bool  `yaml:"readOnlyRootFilesystem"`
		Capabilities             struct{ Drop []string }
	} `yaml:"securityContext"`
	VolumeMounts []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
		ReadOnly  bool   `yaml:"readOnly"`
	} `yaml:"volumeMounts"`
}

// cronJob is a CronJob of Kubernetes, as far as the recipe uses it.
type cronJob struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct {
		ConcurrencyPolicy string `yaml:"concurrencyPolicy"`
		JobTemplate       struct {
			Spec struct {
				BackoffLimit *int `yaml:"backoffLimit"`
				Template     struct{ Spec pod }
			}
		} `yaml:"jobTemplate"`
	}
}

type pod struct {
	RestartPolicy   string      `yaml:"restartPolicy"`
	InitContainers  []container `yaml:"initContainers"`
	Containers      []container
	SecurityContext struct {
		RunAsNonRoot bool `yaml:"runAsNonRoot"`
	} `yaml:"securityContext"`
	Volumes []struct{ Name string }
}

// testKubernetes runs the containers of the CronJobs, one after the other as
// a pod does, and the Pushgateway's client against a server here.
func testKubernetes(t *testing.T, program string) {
	r := newRecipe(t, program, "", false)
	r.machine()
	var pushed []byte
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodPut || req.URL.Path != "/metrics/job/kktctl" {
			http.NotFound(w, req)
			return
		}
		pushed, _ = io.ReadAll(req.Body)
	}))
	t.Cleanup(gateway.Close)
	jobs := cronJobs(t)
	for name, job := range jobs {
		r.ours[name] = false
		confined(t, name, job)
	}
	do := func(name string) func() (int, string) {
		return func() (int, string) {
			r.ours[name] = true
			return r.pod(jobs[name].Spec.JobTemplate.Spec.Template.Spec, gateway.URL)
		}
	}
	r.schedule(do("kktctl-resume"), do("kktctl-drift"), 0)
	if got := r.metrics(); string(pushed) != got {
		t.Errorf("pushed %q, want %q", pushed, got)
	}
	r.complete()
}

func cronJobs(t *testing.T) map[string]cronJob {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(recipes, "kubernetes", "cronjobs.yaml"))
	check(t, err)
	out := map[string]cronJob{}
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var job cronJob
		err := d.Decode(&job)
		if errors.Is(err, io.EOF) {
			return out
		}
		check(t, err)
		switch job.Kind {
		case "CronJob":
			out[job.Metadata.Name] = job
		case "PersistentVolumeClaim":
		default:
			t.Errorf("%s: no test looks at it", job.Kind)
		}
	}
}

// confined wants what the README promises of each pod.
func confined(t *testing.T, name string, job cronJob) {
	t.Helper()
	spec := job.Spec.JobTemplate.Spec
	p := spec.Template.Spec
	if job.Spec.ConcurrencyPolicy != "Forbid" || spec.BackoffLimit == nil || *spec.BackoffLimit != 0 || p.RestartPolicy != "Never" || !p.SecurityContext.RunAsNonRoot {
		t.Errorf("%s: %+v", name, job)
	}
	volumes := map[string]bool{}
	for _, v := range p.Volumes {
		volumes[v.Name] = true
	}
	for _, c := range append(p.InitContainers, p.Containers...) {
		s := c.SecurityContext
		if s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || !s.ReadOnlyRootFilesystem || len(s.Capabilities.Drop) != 1 {
			t.Errorf("%s: the container %s may do too much", name, c.Name)
		}
		if c.Resources.Requests["memory"] == "" || c.Resources.Limits["memory"] == "" {
			t.Errorf("%s: the container %s has no bounds", name, c.Name)
		}
		for _, m := range c.VolumeMounts {
			if !volumes[m.Name] {
				t.Errorf("%s: nothing is the volume %s", name, m.Name)
			}
		}
	}
}

// pod runs the containers of a pod until one fails.
func (r *recipe) pod(p pod, gateway string) (code int, log string) {
	r.t.Helper()
	for _, c := range append(p.InitContainers, p.Containers...) {
		if len(c.Command) > 0 {
			r.t.Fatalf("%s: the command of the image is kktctl itself", c.Name)
		}
		env := map[string]string{}
		for _, e := range c.Env {
			env[e.Name] = r.place(e.Value)
		}
		for range c.EnvFrom {
			for key, value := range r.secrets {
				env[key] = value
			}
		}
		program := "kktctl"
		if strings.HasPrefix(c.Image, "curlimages/curl:") {
			program = "curl"
		}
		args := []string{program}
		for _, arg := range c.Args {
			args = append(args, strings.Replace(r.place(arg), "http://pushgateway.monitoring:9091", gateway, 1))
		}
		dir := r.dir
		if c.WorkingDir != "" {
			dir = r.place(c.WorkingDir)
		}
		var out string
		code, out = r.run(dir, env, args...)
		if log += out; code != 0 {
			return code, log
		}
	}
	return code, log
}
