package orangedata

import "strings"

// The kinds of agents, bits of agentType (tags 1057 and 1222).
const (
	bankAgents    = 1 | 2 // bank payment agent and subagent
	paymentAgents = 4 | 8 // payment agent and subagent
	allAgents     = 127   // with attorney 16, commissioner 32, other 64
)

const agentHint = "a sum of 1 bank agent, 2 bank subagent, 4 payment agent, 8 payment subagent, 16 attorney, 32 commissioner, 64 other"

// agent checks what is said of an agent: typeAt is where the type stands,
// infoAt where the rest does.
func (c *checker) agent(typeAt, infoAt string, kind int, info *AgentInfo) {
	if info == nil {
		info = &AgentInfo{}
	}
	if kind < 0 || kind > allAgents {
		c.add(typeAt+"agentType", agentHint, "%d is not a code of the service", kind)
		return
	}
	for _, f := range info.fields() {
		switch wanted := kind&f.agents != 0; {
		case !wanted && f.given && kind == 0:
			c.add(typeAt+"agentType", agentHint, "is missing, though %s is given", f.name)
		case !wanted && f.given:
			c.add(infoAt+f.name, "leave it out, or add the agent that it is said of to agentType", "has no meaning for agentType %d", kind)
		case wanted && !f.given:
			c.add(infoAt+f.name, "agentType says who the agent is, and with it what must be told", "is missing, though agentType is %d", kind)
		}
	}
	c.agentTexts(infoAt, info)
}

func (c *checker) agentTexts(at string, info *AgentInfo) {
	c.phones(at+"paymentTransferOperatorPhoneNumbers", info.TransferOperatorPhones)
	c.phones(at+"paymentAgentPhoneNumbers", info.AgentPhones)
	c.phones(at+"paymentOperatorPhoneNumbers", info.OperatorPhones)
	c.text(at+"paymentAgentOperation", info.Operation, maxOperation)
	c.text(at+"paymentOperatorName", info.OperatorName, maxOperatorName)
	c.text(at+"paymentOperatorAddress", info.OperatorAddress, maxAddress)
	if info.OperatorINN != "" {
		c.inn(at+"paymentOperatorINN", info.OperatorINN)
	}
}

// agentField is a field with the agents that it is told of.
type agentField struct {
	name   string
	agents int
	given  bool
}

// fields follows the fiscal format: the bank's agents tell the operator of the
// transfer, the payment agents the one that takes the payments.
func (a *AgentInfo) fields() []agentField {
	given := func(s string) bool { return strings.TrimSpace(s) != "" }
	return []agentField{
		{"paymentTransferOperatorPhoneNumbers", bankAgents, len(a.TransferOperatorPhones) > 0},
		{"paymentAgentOperation", bankAgents, given(a.Operation)},
		{"paymentAgentPhoneNumbers", bankAgents | paymentAgents, len(a.AgentPhones) > 0},
		{"paymentOperatorPhoneNumbers", paymentAgents, len(a.OperatorPhones) > 0},
		{"paymentOperatorName", bankAgents, given(a.OperatorName)},
		{"paymentOperatorAddress", bankAgents, given(a.OperatorAddress)},
		{"paymentOperatorINN", bankAgents, given(a.OperatorINN)},
	}
}

// supplierPhones checks the supplier's phones of a whole receipt.
func (c *checker) supplierPhones(at string, content Content) {
	c.phones(at+"supplierPhoneNumbers", content.SupplierPhones)
	if len(content.SupplierPhones) > 0 && content.AgentType == 0 {
		c.add(at+"agentType", agentHint, "is missing, though supplierPhoneNumbers is given")
	}
}

// supplier checks the supplier of a position.
func (c *checker) supplier(at string, p Position) {
	if p.SupplierINN != "" {
		c.inn(at+"supplierINN", p.SupplierINN)
	}
	if p.SupplierInfo != nil {
		c.phones(at+"supplierInfo.phoneNumbers", p.SupplierInfo.PhoneNumbers)
		c.text(at+"supplierInfo.name", p.SupplierInfo.Name, maxSupplierName)
	}
}
