package crash

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// people is a fleet whose documents people sign and whose reports they read
// from the till. Nothing is waited for: many short processes carry it on.
func people() *scenario {
	return &scenario{name: "people", most: 30, apply: []string{"apply", "--auto-approve"}, people: doTasks}
}

// doTasks does what kktctl says that people owe; false when a process died.
func doTasks(g *game) bool {
	g.t.Helper()
	e := g.run(0, "tasks", "--json")
	var list struct{ Tasks []apply.Task }
	if err := json.Unmarshal([]byte(e.out), &list); err != nil {
		g.t.Fatalf("kktctl tasks --json: %v\n%s", err, e.out)
	}
	for _, task := range list.Tasks {
		switch task.WaitingFor {
		case planner.WaitSignature:
			if !g.do("tasks", "sign", task.Address, "--signature", sign(g, task)) {
				return false
			}
		case planner.WaitReport:
			printed := time.Now().UTC().Format(spec.LocalTimeLayout)
			if !g.do("tasks", "report", task.Address, "--at", printed, "--document", "1", "--sign", "1234567890") {
				return false
			}
		default:
			g.wrong = append(g.wrong, fmt.Sprintf("people owe something unexpected: %+v", task))
			return true
		}
	}
	return true
}

var laidOut = regexp.MustCompile(`sign (\S+) and put`)

// sign signs the document that a task names, and gives the signature's file.
func sign(g *game, task apply.Task) string {
	g.t.Helper()
	m := laidOut.FindStringSubmatch(task.What)
	if m == nil {
		g.t.Fatalf("the task names no document: %+v", task)
	}
	document := m[1]
	if !filepath.IsAbs(document) {
		document = filepath.Join(g.dir, document)
	}
	content, err := os.ReadFile(document)
	if err != nil {
		g.t.Fatal(err)
	}
	name := strings.TrimSuffix(document, ".b64") + ".mine"
	if err := os.WriteFile(name, []byte(sim.SandboxSignature(string(content))), 0o600); err != nil {
		g.t.Fatal(err)
	}
	return name
}
