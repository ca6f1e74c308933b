package checkonline

// What is known of a receipt after an error with a code.
const (
	final     = OutcomeRefused
	temporary = OutcomeTemporary
	unknown   = OutcomeUnknown
	running   = OutcomeInProgress
)

// Code is a code of an error: of the service (FCEError) or of the till
// (Response.Error).
type Code struct {
	Number  int
	English string // what it says, in few words
	Russian string
	// Outcome is what the code says of the receipt. It is OutcomeUnknown where
	// the till may have printed it, and for every code that is not documented.
	Outcome Outcome
}

// ServiceCode gives an error of the service (002, table 3), and whether the
// document has it.
func ServiceCode(n int) (Code, bool) { return find(serviceCodes(), n) }

// DeviceCode gives an error of the till (002, the second table of errors), and
// whether the document has it.
func DeviceCode(n int) (Code, bool) { return find(deviceCodes(), n) }

// ServiceCodes lists the errors of the service, by number.
func ServiceCodes() []Code { return serviceCodes() }

// DeviceCodes lists the errors of the till, by number.
func DeviceCodes() []Code { return deviceCodes() }

func find(codes []Code, n int) (Code, bool) {
	for _, c := range codes {
		if c.Number == n {
			return c, true
		}
	}
	return Code{Number: n, English: "an error that is not documented", Russian: "недокументированная ошибка"}, false
}

func serviceCodes() []Code {
	return []Code{
		{1, "the service could not read the request", "сервис не прочитал запрос", temporary},
		{2, "the request is not the JSON that the service takes", "сервис не разобрал JSON запроса", final},
		{3, "Device is missing", "не указано устройство (Device)", final},
		{4, "Duration or QueueLen is missing", "не указано Duration или QueueLen", final},
		{5, "no till fits, or none was free", "подходящей кассы не нашлось", temporary},
		{6, "the request may not have reached the till: its state is not known", "запрос мог не дойти до кассы: её состояние неизвестно", unknown},
		{7, "the device auto is not allowed in this command", "устройство auto в этой команде недопустимо", final},
		{8, "the name or address of the till is wrong", "неверное имя или адрес кассы", final},
		{9, "the address of the till is wrong", "неверный адрес кассы", final},
		{10, "the name of the till is wrong", "неверное имя кассы", final},
		{12, "the till could not be activated", "касса не активировалась", temporary},
		{13, "there is such a till already", "такая касса уже есть", final},
		{14, "the till is not activated", "касса не активирована", temporary},
		{15, "the password of the till is malformed", "пароль кассы составлен неверно", final},
		{16, "the till's answer could not be read: it may have printed", "ответ кассы не разобран: чек мог быть пробит", unknown},
		{17, "RequestId is missing", "не указан RequestId", final},
		{18, "the till is busy with another request", "касса занята другим запросом", temporary},
		{19, "the service's cache failed", "сбой кэша сервиса", unknown},
		{20, "the service's queue failed", "сбой очереди сервиса", unknown},
		{21, "Callback is not allowed in this command", "Callback в этой команде недопустим", final},
		{24, "the same request is still being processed", "этот же запрос ещё обрабатывается", running},
	}
}

func deviceCodes() []Code {
	return append(drive(), device()...)
}

// drive lists the errors of the fiscal drive (ФН) and of the registration.
func drive() []Code {
	return []Code{
		{1, "the FN does not know the command", "ФН не знает команду", final},
		{2, "the FN is not in the state for this command", "состояние ФН не подходит для команды", final},
		{3, "the FN failed", "сбой ФН", unknown},
		{4, "the checksum of a command to the FN is wrong", "неверная контрольная сумма команды ФН", unknown},
		{5, "the FN has run out", "срок ФН истёк", final},
		{6, "the archive of the FN is full", "архив ФН заполнен", final},
		{7, "date and time do not suit the FN", "дата и время не подходят для ФН", final},
		{8, "the archive of the FN has no such data", "в архиве ФН таких данных нет", final},
		{9, "the FN was given wrong parameters", "неверные параметры команды ФН", final},
		{16, "too much data", "данных слишком много", final},
		{17, "the till has no connection to the OFD", "нет связи с ОФД", temporary},
		{18, "the cryptographic resource of the FN is used up: close the FN", "криптографический ресурс ФН исчерпан: закройте ФН", final},
		{20, "too many documents wait for the OFD", "слишком много непереданных в ОФД документов", temporary},
		{21, "documents have waited for the OFD for too long", "документы слишком долго не переданы в ОФД", temporary},
		{22, "the shift is open for more than 24 hours", "смена открыта дольше 24 часов", temporary},
		{23, "two operations differ in time by more than 5 minutes", "время двух операций расходится больше чем на 5 минут", temporary},
		{32, "the OFD's message cannot be taken", "сообщение ОФД не принимается", final},
		{40, "nothing of importance changed: no re-registration is needed", "важных изменений нет: перерегистрация не нужна", final},
		{41, "INN and registration number must stay as they are", "ИНН и регистрационный номер менять нельзя", final},
		{51, "a parameter is wrong", "неверное значение параметра", final},
		{52, "data are missing", "не хватает данных", final},
		{55, "the command is not implemented", "команды нет в устройстве", final},
		{57, "the till failed inside", "внутренний сбой кассы", unknown},
		{60, "the shift is open", "смена открыта", temporary},
		{61, "the shift is not open", "смена закрыта", temporary},
	}
}

// device lists the errors of the till itself.
func device() []Code {
	return []Code{
		{69, "less is paid than the receipt costs", "оплачено меньше итога чека", final},
		{70, "there is not enough cash in the till", "в кассе не хватает наличных", final},
		{73, "this type of document does not go with the command", "тип документа не подходит для команды", final},
		{74, "a receipt is open", "чек открыт", temporary},
		{77, "more is paid by card than the receipt costs", "безналичная оплата больше итога чека", final},
		{79, "the password does not go with the command", "неверный пароль для команды", final},
		{80, "the till is printing", "идёт печать", temporary},
		{85, "the receipt is closed", "чек закрыт", unknown},
		{90, "the discount is more than the line costs", "скидка больше суммы строки", final},
		{94, "the command is wrong", "неверная команда", final},
		{95, "the reversal is more than the receipt costs", "сторно больше итога чека", final},
		{109, "the turnover of the tax does not suffice", "не хватает оборота по налогу", final},
		{114, "the command is not allowed in this submode", "команда недопустима в этом подрежиме", temporary},
		{115, "the command is not allowed in this state of the till", "команда недопустима в этом состоянии кассы", temporary},
		{124, "the date is wrong", "ошибка в дате", final},
		{125, "the date is malformed", "дата составлена неверно", final},
		{142, "the receipt costs nothing", "итог чека равен нулю", final},
		{192, "the till waits for its date to be confirmed", "касса ждёт подтверждения даты", temporary},
		{196, "FN and till count shifts differently", "номера смен в ФН и кассе расходятся", final},
		{200, "the printer did not answer in time", "принтер не ответил вовремя", unknown},
		{207, "date or time is wrong", "неверные дата или время", final},
		{208, "the receipt has no lines", "в документе нет товарных позиций", final},
		{238, "the till is of another group than the service says", "группа устройства не та, что указал сервис", final},
		{239, "the lease of the till has ended", "аренда кассы закончилась", final},
		{240, "the request failed in the till", "запрос в кассе не выполнен", unknown},
		{241, "a command of the batch is unknown", "в пакете неизвестная команда", final},
		{242, "the request is empty", "запрос пуст", final},
		{243, "RequestId is missing", "не указан RequestId", final},
		{244, "the till could not write JSON", "касса не составила JSON", unknown},
		{245, "RequestId of the batch is missing", "не указан RequestId пакета", final},
		{246, "the till could not read JSON", "касса не разобрала JSON", final},
		{247, "there is no such shift", "такой смены нет", final},
		{248, "the registration has changed", "параметры регистрации изменены", final},
		{249, "the archive of the FN could not be read", "архив ФН не прочитан: сбой связи", unknown},
		{250, "the main board of the till does not answer", "основная плата кассы не отвечает", unknown},
		{252, "the checksum of a file is wrong", "неверная контрольная сумма файла", final},
		{253, "the printer failed", "сбой принтера", unknown},
		{254, "the printer is offline", "принтер отключён", unknown},
		{255, "the till failed fatally", "фатальный сбой кассы", unknown},
	}
}
