package sim

import (
	"net/http"
	"slices"
	"strings"
)

// route is one method of the API. A pattern's * matches one path element.
type route struct {
	method, pattern string
	renta           bool // authorised by a token of Renta, not by an API key
	login           bool // authorised by a token of the partner's login (000), not by an API key
	open            bool // needs no authorisation
	ferma           bool // authorised by a client certificate
	handle          func(*core, request) reply
}

func routes() []route {
	const (
		v1       = "api/integration/partner/v1/"
		v2       = "api/integration/partner/v2/"
		register = "api/integration/v2/b2b/kkt/registration"
		get      = http.MethodGet
		post     = http.MethodPost
	)
	return append([]route{
		{method: get, pattern: "api/integration/v2/kkt/code/list", handle: (*core).codeList},
		{method: post, pattern: "api/integration/v2/kkt/book", handle: (*core).book},
		{method: post, pattern: v1 + "kkt/pay", login: true, handle: (*core).pay},
		{method: get, pattern: v1 + "kkt/paystatus", login: true, handle: (*core).payStatus},
		{method: get, pattern: v1 + "inn/*/kkts", login: true, handle: (*core).kkts},
		{method: post, pattern: v2 + "kkt/pay", handle: (*core).pay},
		{method: get, pattern: v2 + "kkt/paystatus", handle: (*core).payStatus},
		{method: get, pattern: v2 + "inn/*/kkts", handle: (*core).kkts},
		{method: post, pattern: v2 + "partnercreateclientcabinet", handle: (*core).createCabinet},
		{method: post, pattern: v2 + "partnerbookingkkt", handle: (*core).placeOrder},
		{method: get, pattern: v2 + "kkt/getstatus", handle: (*core).orderStatus},
		{method: post, pattern: register, handle: (*core).create},
		{method: post, pattern: register + "/simplified", handle: (*core).startSimplified},
		{method: get, pattern: register + "/*/simplified/status", handle: (*core).simplifiedStatus},
		{method: get, pattern: register + "/*/simplified/download", handle: (*core).simplifiedCard},
		{method: get, pattern: register + "/*", handle: (*core).application},
		{method: http.MethodPut, pattern: register + "/*", handle: (*core).put},
		{method: post, pattern: register + "/*/preparedocuments", handle: (*core).prepare},
		{method: post, pattern: register + "/*/sign", handle: (*core).sign},
		{method: get, pattern: "api/kkt/application/doc/*/*/*", handle: (*core).resultPaper},
		{method: get, pattern: "document/kktregistrationapplication", handle: (*core).printedForm},
		{method: post, pattern: "api/authorization/createauthtoken", open: true, handle: (*core).login},
		{method: get, pattern: "api/renta/v1/legal-entities", renta: true, handle: (*core).legalEntities},
		{method: get, pattern: "api/renta/v1/kkts", renta: true, handle: (*core).rentaKkts},
		{method: get, pattern: "api/renta/v1/kkts/*", renta: true, handle: (*core).rentaKkts},
		{method: get, pattern: "api/renta/v1/inn/*/receipts/*/*", renta: true, handle: (*core).companyReceipts},
		{method: get, pattern: "api/renta/v1/kkt/*/receipts/*/*", renta: true, handle: (*core).tillReceipts},
		{method: get, pattern: "api/renta/v1/receipt/*", renta: true, handle: (*core).receipt},
		{method: post, pattern: "api/renta/v1/addkkt", renta: true, handle: (*core).addKkt},
		{method: post, pattern: "api/renta/v1/removekkt/*/*/*", renta: true, handle: (*core).removeKkt},
	}, slices.Concat(orangeRoutes(), checkOnlineRoutes())...)
}

// route finds the method and answers the call.
func (c *core) route(q request) reply {
	known := false
	for _, r := range routes() {
		if !matchPath(r.pattern, q.path) {
			continue
		}
		if r.method != q.method {
			known = true
			continue
		}
		return c.handle(r, q)
	}
	if known {
		return failed(http.StatusMethodNotAllowed, "метод не поддерживается")
	}
	return failed(http.StatusNotFound, "неизвестный адрес")
}

// role is whose token or key opens the method.
func (r route) role() role {
	switch {
	case r.renta:
		return byRentaLogin
	case r.login:
		return byPartnerLogin
	}
	return byKey
}

// handle answers a call whose method is found.
func (c *core) handle(r route, q request) reply {
	switch {
	case r.ferma:
		group, err := q.enterprise()
		if err != nil {
			return rentaFailed(http.StatusUnauthorized, err.Error())
		}
		q.group = group
	case !r.open:
		if rep, ok := c.authorise(q, r.role()); !ok {
			return rep
		}
	}
	return r.handle(c, q)
}

func matchPath(pattern string, path []string) bool {
	parts := strings.Split(pattern, "/")
	if len(parts) != len(path) {
		return false
	}
	for i, p := range parts {
		if p != path[i] && (p != "*" || path[i] == "") {
			return false
		}
	}
	return true
}
