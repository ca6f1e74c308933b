package view

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/emicklei/dot"

	"github.com/kktctl/kktctl/planner"
)

// The forms of a graph.
const (
	GraphDOT     = "dot"
	GraphMermaid = "mermaid"
)

// Graph draws the steps of a plan: an arrow goes from a step to each that
// needs it. What runs already is drawn with where it stands; what cannot be
// taken back has a thick border. The same plan gives the same bytes.
func Graph(p *planner.Plan, format string) string {
	g := dot.NewGraph(dot.Directed)
	if format == GraphDOT && p.Fleet != "" {
		g.ID(strconv.Quote(Clean(p.Fleet)))
	}
	mermaid := format == GraphMermaid
	nodes := make(map[string]dot.Node, len(p.Steps))
	for i := range p.Steps {
		s := &p.Steps[i]
		n := g.Node(s.ID).Label(graphLabel(s))
		if mermaid {
			mermaidStyle(n, s)
		} else {
			dotStyle(n, s)
		}
		nodes[s.ID] = n
	}
	for i := range p.Steps {
		for _, id := range p.Steps[i].Requires {
			if from, ok := nodes[id]; ok {
				g.Edge(from, nodes[p.Steps[i].ID])
			}
		}
	}
	if mermaid {
		return dot.MermaidFlowchart(g, dot.MermaidTopDown)
	}
	g.Attr("rankdir", "TB")
	return g.String()
}

// graphLabel is one line: Mermaid has none that break everywhere.
func graphLabel(s *planner.Step) string {
	parts := []string{fmt.Sprintf("%s %s %s", s.Action.Symbol(), stepVerb(*s), Clean(s.Address))}
	if s.Phase != "" {
		parts = append(parts, phaseWords(s.Phase))
	}
	switch {
	case s.WaitingFor != "":
		parts = append(parts, "waits for "+whom(s.WaitingFor))
	case len(s.Waits) > 0:
		parts = append(parts, "will wait for "+whoms(s.Waits))
	}
	if c := costs(s.Cost, ""); c != "" {
		parts = append(parts, c)
	}
	return strings.Join(parts, "; ")
}

func dotStyle(n dot.Node, s *planner.Step) {
	n.Box()
	if s.Irreversible {
		n.Attr("penwidth", "3")
	}
	if s.Action == planner.Continue {
		n.Attr("style", "dashed")
	}
}

func mermaidStyle(n dot.Node, s *planner.Step) {
	var style []string
	if s.Irreversible {
		style = append(style, "stroke-width:3px")
	}
	if s.Action == planner.Continue {
		style = append(style, "stroke-dasharray:5 5")
	}
	if len(style) > 0 {
		n.Attr("style", strings.Join(style, ","))
	}
}

// Running narrows a plan to what is under way: the steps that continue.
func Running(p *planner.Plan) *planner.Plan {
	only := *p
	only.Steps = nil
	for i := range p.Steps {
		if p.Steps[i].Action == planner.Continue {
			only.Steps = append(only.Steps, p.Steps[i])
		}
	}
	return &only
}
