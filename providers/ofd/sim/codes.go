package sim

type codeRow struct {
	ID             string `json:"Id"`
	Code           string
	Service        string
	Tariff         string
	TariffCount    int
	Status         string
	ExpiredDateUtc string
}

// codeList is 004 §2.
func (c *core) codeList(request) reply {
	rows := []codeRow{}
	for _, v := range c.w.Codes {
		if !v.Foreign {
			rows = append(rows, codeRow{v.ID, v.Code, v.Service, v.Tariff, *v.Count, v.Status, v.Expires.String()})
		}
	}
	return data(rows)
}
