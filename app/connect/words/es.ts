import type { Catalogue } from "./words.ts";

export const es: Catalogue = {
  "card.environment": "Entorno de pruebas: {environment}",
  "card.questions": "¿Preguntas? {support}",
  "card.privacy": "Política de privacidad de {product}",
  "card.language": "Idioma",

  "title.connect": "Conectar su cuenta",
  "title.connect_to": "Conectar su cuenta con {product}",
  "title.authorizing": "Conectando",
  "title.confirming": "Aún no está conectado",
  "title.approving": "¿Conectar esta cuenta?",
  "title.connected": "Conectado",
  "title.failed": "No conectado",
  "title.unknown": "Nada que mostrar",

  "load.link.title": "No se ha podido cargar esta página",
  "load.link.text": "No se ha conectado nada. Vuelva a cargar la página en un minuto; su enlace sigue siendo válido.",
  "load.outcome.title": "No se ha podido cargar el resultado",
  "load.outcome.text": "Vuelva a cargar esta página en un minuto: no se ha perdido nada.",

  "closed.used.title": "Este enlace ya se ha usado",
  "closed.used.text":
    "La cuenta se conectó con él y cada enlace funciona una sola vez. Si quiere conectar otra cuenta, pida un enlace nuevo a {product}.",
  "closed.expired.title": "Este enlace ha caducado",
  "closed.expired.text": "No se ha conectado nada. Pida un enlace nuevo a {product}; el anterior ya no sirve.",
  "closed.expired.until": "Era válido hasta el {until}.",
  "closed.unknown.title": "Este enlace no funciona",
  "closed.unknown.text":
    "Puede que se cortara al copiarlo. Vuelva a abrir el enlace completo o pida uno nuevo a quien se lo envió.",

  "offer.choose": "¿Qué desea conectar con {product}?",
  "offer.connect": "Conectar {label} con {product}",
  "offer.reconnect": "Volver a conectar {label} con {product}",
  "offer.end": "Puede retirar este acceso en cualquier momento, en {label} o pidiéndoselo a {product}.",
  "offer.end_any":
    "Puede retirar este acceso en cualquier momento, en el servicio que elija o pidiéndoselo a {product}.",
  "offer.same": "Inicie sesión con la misma cuenta que antes.",
  "offer.same_as": "Inicie sesión como {account}, igual que antes.",
  "offer.same_typed": "Use los datos de la misma cuenta que antes.",
  "offer.same_typed_as": "Use los datos de {account}, igual que antes.",
  "offer.continue": "Continuar en {label}",
  "offer.unavailable.title": "{label} no se puede conectar en este momento",
  "offer.unavailable.text": "La configuración aún no está completa. Avise a {product}; su enlace sigue siendo válido.",

  "asked.scopes": "{product} pide permiso para:",
  "asked.access":
    "{product} pide acceso a su cuenta de {label}. En el siguiente paso, {label} le mostrará qué incluye.",
  "asked.use": "Usar {scope}",
  "asked.more": { one: "{count} permiso más", many: "{count} permisos más", other: "{count} permisos más" },
  "asked.fewer": "Menos detalles",

  "scope.read": "Leer sus datos en {label}",
  "scope.write": "Añadir y modificar datos en {label}",
  "scope.offline_access": "Mantener la conexión, para que {product} funcione también en su ausencia",
  "scope.openid": "Saber que es usted quien inicia sesión",
  "scope.email": "Ver su dirección de correo electrónico",
  "scope.profile": "Ver su nombre y su foto",

  "typed.key": "{product} pide una clave de su cuenta de {label}:",
  "typed.details": "{product} pide los datos de acceso de su cuenta de {label}:",
  "typed.checked": "Se comprueba en {label} antes de guardarse",
  "typed.encrypted": "Se guarda de forma cifrada y no vuelve a mostrarse",
  "typed.allows": "Lo que permite se decide en {label}",
  "typed.connect": "Conectar {label}",
  "typed.waiting": "Comprobando en {label}…",
  "typed.rest.title": "Demasiados intentos",
  "typed.rest.text": {
    one: "Por su seguridad, este formulario hace una pausa de {count} minuto. Después, vuelva a cargar la página; su enlace sigue siendo válido.",
    many: "Por su seguridad, este formulario hace una pausa de {count} minutos. Después, vuelva a cargar la página; su enlace sigue siendo válido.",
    other:
      "Por su seguridad, este formulario hace una pausa de {count} minutos. Después, vuelva a cargar la página; su enlace sigue siendo válido.",
  },

  "field.optional": "(opcional)",
  "field.choose": "Elija…",
  "field.example": "Por ejemplo, {example}",
  "field.show": "Mostrar {field}",
  "field.again": "Este dato no se ha aceptado. Compruébelo y vuelva a escribirlo.",
  "field.rejected": "{label} no ha aceptado este dato.",
  "field.unlike": "{label} no responde a este dato como debería.",
  "field.copy": "Vuelva a copiarlo o cree uno nuevo allí.",
  "field.check": "Compruebe todo lo que ha escrito.",
  "field.said": "Respuesta de {label}: {detail}",

  "fault.title": {
    one: "Hay {count} dato que revisar",
    many: "Hay {count} datos que revisar",
    other: "Hay {count} datos que revisar",
  },
  "fault.missing": "Este dato es necesario.",
  "fault.form": "Este dato no tiene la forma esperada.",
  "fault.choice": "Elija uno de los valores ofrecidos.",
  "fault.host_part": "Aquí solo hace falta una parte de la dirección: letras, cifras y guiones.",
  "fault.one_line": "Tiene que ser una sola línea. Vuelva a copiarla sin saltos de línea.",
  "fault.colon": "Este dato no puede contener dos puntos.",
  "fault.too_long": "Es demasiado largo. Compruebe si ha copiado más de lo que quería.",
  "fault.unusable":
    "De momento no funcionaría nada de lo que escriba aquí. Avise a {product}; su enlace sigue siendo válido.",

  "attempt.rate_limited.title": "{label} pide una pausa",
  "attempt.rate_limited.text": "No se ha conectado nada. Espere un minuto y vuelva a intentarlo.",
  "attempt.provider_error.title": "{label} informa de un problema",
  "attempt.provider_error.text": "No se ha conectado nada. A menudo basta con volver a intentarlo en unos minutos.",
  "attempt.provider_unreachable.title": "{label} no responde",
  "attempt.provider_unreachable.text":
    "No se ha conectado nada. Puede que el servicio esté caído un momento: vuelva a intentarlo en unos minutos.",
  "attempt.client_misconfigured.title": "{product} tiene que corregir algo primero",
  "attempt.client_misconfigured.text":
    "No se ha conectado nada y usted no ha hecho nada mal. Avise a {product}; su enlace sigue siendo válido.",
  "attempt.external_account_mismatch.title": "Esos datos son de otra cuenta",
  "attempt.external_account_mismatch.text":
    "No se ha conectado nada. Este enlace renueva una cuenta concreta de {label}: use los datos de esa cuenta.",
  "attempt.external_account_mismatch.owner": "Son de {owner}.",
  "attempt.external_account_unknown.title": "No se sabe con certeza de quién es",
  "attempt.external_account_unknown.text":
    "No se ha cambiado nada: {label} no ha indicado de qué cuenta se trata. Vuelva a intentarlo en unos minutos.",
  "attempt.try_again.title": "Esta vez no ha funcionado",
  "attempt.try_again.text":
    "No se ha conectado nada. Vuelva a intentarlo; si se repite, avise a quien le envió el enlace.",

  "outcome.connected": "{label} está conectado con {product}",
  "outcome.reconnected": "{label} vuelve a estar conectado",
  "outcome.account": "Cuenta:",
  "outcome.done": "Todo listo. Ya puede cerrar esta ventana.",
  "outcome.continue": "Continuar en {product}",
  "outcome.back": "Volver a {product}",
  "outcome.retry": "Volver e intentarlo de nuevo",
  "outcome.missing.title": "Algunos permisos no se han concedido",
  "outcome.missing.text": "Lo que los necesita no funcionará en {product}:",
  "outcome.missing.retry": "Volver y concederlos",
  "outcome.waiting.title": "Esperando a {label}",
  "outcome.waiting.text": "Termine de iniciar sesión en {label}. Esta página seguirá por sí sola cuando vuelva.",
  "outcome.waiting.retry": "Empezar de nuevo",
  "outcome.confirming.title": "Vuelva a {product} para terminar",
  "outcome.confirming.text":
    "Aún no se ha conectado nada. {product} comprueba antes que el enlace era para usted; inicie sesión allí en este navegador.",
  "outcome.approving.title": "¿Conectar esta cuenta?",
  "outcome.approving.account": "Está a punto de conectar {account} de {label} con {product}.",
  "outcome.approving.unknown": "Está a punto de conectar su cuenta de {label} con {product}.",
  "outcome.approving.careful":
    "{label} no indica qué cuenta es: continúe solo si inició sesión allí con la que quería.",
  "outcome.approving.until":
    "Todavía no se ha conectado nada. Si no responde, esto termina por sí solo al cabo de media hora.",
  "outcome.approving.yes": "Conectar",
  "outcome.approving.no": "No es mi cuenta, usar otra",
  "outcome.approving.connecting": "Conectando…",
  "outcome.unknown.title": "Aquí no hay nada que mostrar",
  "outcome.unknown.text":
    "En este navegador no se ha conectado nada últimamente. Vuelva a abrir en él el enlace que recibió.",

  "failure.access_denied.title": "No ha permitido el acceso",
  "failure.access_denied.text":
    "No pasa nada: no se ha conectado nada. Sin ese acceso, {product} no puede trabajar con {label}. Si fue un descuido, vuelva y elija permitirlo.",
  "failure.state_mismatch.title": "Se empezó en otra ventana",
  "failure.state_mismatch.text":
    "No se ha conectado nada. Por su seguridad, la conexión debe empezar y terminar en el mismo navegador. Empiece de nuevo aquí y no salga de esta ventana.",
  "failure.expired.title": "Ha tardado demasiado",
  "failure.expired.text":
    "No se ha conectado nada: por su seguridad, la ida y vuelta a {label} solo es posible durante poco tiempo.",
  "failure.provider_error.title": "{label} informa de un problema",
  "failure.provider_error.text": "No se ha conectado nada. A menudo basta con volver a intentarlo en unos minutos.",
  "failure.provider_unreachable.title": "{label} no responde",
  "failure.provider_unreachable.text":
    "No se ha conectado nada. Puede que el servicio esté caído un momento: vuelva a intentarlo en unos minutos.",
  "failure.client_misconfigured.title": "{product} tiene que corregir algo primero",
  "failure.client_misconfigured.text":
    "No se ha conectado nada y usted no ha hecho nada mal: {label} no acepta la configuración de {product}. Avise a {product}; su enlace sigue siendo válido.",
  "failure.external_account_mismatch.title": "Esa era otra cuenta",
  "failure.external_account_mismatch.text":
    "No se ha cambiado nada. Este enlace renueva una cuenta concreta de {label}: vuelva e inicie sesión allí con esa cuenta.",
  "failure.binding_failed.title": "{product} esperaba a otra persona",
  "failure.binding_failed.text":
    "No se ha conectado nada. El enlace se creó para una persona distinta de la que tiene la sesión iniciada en {product} en este navegador. Si era para usted, inicie sesión allí con su propia cuenta y empiece de nuevo desde allí.",
  "failure.declined.title": "No se conectó nada",
  "failure.declined.text":
    "Indicó que no era la cuenta correcta. Para usar otra, cierre primero la sesión en {label} o elija allí la otra.",
  "failure.server_error.title": "Ha fallado algo por nuestra parte",
  "failure.server_error.text":
    "No se ha conectado nada. Vuelva a intentarlo; si se repite, avise a quien le envió el enlace.",
};
