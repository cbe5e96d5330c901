import type { Catalogue } from "./words.ts";

export const pt: Catalogue = {
  "card.environment": "Ambiente de teste: {environment}",
  "card.questions": "Dúvidas? {support}",
  "card.privacy": "Política de privacidade de {product}",
  "card.language": "Idioma",

  "title.connect": "Conectar sua conta",
  "title.connect_to": "Conectar sua conta a {product}",
  "title.authorizing": "Conectando",
  "title.confirming": "Ainda não conectado",
  "title.approving": "Conectar esta conta?",
  "title.connected": "Conectado",
  "title.failed": "Não conectado",
  "title.unknown": "Nada para mostrar",

  "load.link.title": "Não foi possível carregar esta página",
  "load.link.text": "Nada foi conectado. Recarregue a página em um minuto; seu link continua válido.",
  "load.outcome.title": "Não foi possível carregar o resultado",
  "load.outcome.text": "Recarregue esta página em um minuto: nada se perdeu.",

  "closed.used.title": "Este link já foi usado",
  "closed.used.text":
    "A conta foi conectada com ele, e cada link funciona uma única vez. Se quiser conectar outra conta, peça um novo link a {product}.",
  "closed.expired.title": "Este link expirou",
  "closed.expired.text": "Nada foi conectado. Peça um novo link a {product}; o antigo não serve mais.",
  "closed.expired.until": "Ele era válido até {until}.",
  "closed.unknown.title": "Este link não funciona",
  "closed.unknown.text":
    "Talvez ele tenha sido cortado ao ser copiado. Abra o link inteiro novamente ou peça um novo a quem o enviou.",

  "offer.choose": "O que você gostaria de conectar a {product}?",
  "offer.connect": "Conectar {label} a {product}",
  "offer.reconnect": "Reconectar {label} a {product}",
  "offer.end": "Você pode encerrar este acesso a qualquer momento, em {label} ou pedindo a {product}.",
  "offer.end_any": "Você pode encerrar este acesso a qualquer momento, no serviço escolhido ou pedindo a {product}.",
  "offer.same": "Entre com a mesma conta de antes.",
  "offer.same_as": "Entre como {account}, assim como antes.",
  "offer.same_typed": "Use os dados da mesma conta de antes.",
  "offer.same_typed_as": "Use os dados de {account}, assim como antes.",
  "offer.continue": "Continuar em {label}",
  "offer.unavailable.title": "Não é possível conectar {label} no momento",
  "offer.unavailable.text": "A configuração ainda não foi concluída. Avise {product}; seu link continua válido.",

  "asked.scopes": "{product} pede permissão para:",
  "asked.access": "{product} pede acesso à sua conta de {label}. Na próxima etapa, {label} mostra o que isso inclui.",
  "asked.use": "Usar {scope}",
  "asked.more": { one: "Mais {count} permissão", many: "Mais {count} permissões", other: "Mais {count} permissões" },
  "asked.fewer": "Menos detalhes",

  "scope.read": "Ler seus dados em {label}",
  "scope.write": "Adicionar e alterar dados em {label}",
  "scope.offline_access": "Manter a conexão, para que {product} funcione também na sua ausência",
  "scope.openid": "Saber que é você quem está entrando",
  "scope.email": "Ver seu endereço de e-mail",
  "scope.profile": "Ver seu nome e sua foto",

  "typed.key": "{product} pede uma chave da sua conta de {label}:",
  "typed.details": "{product} pede os dados de acesso da sua conta de {label}:",
  "typed.checked": "Verificado em {label} antes de ser guardado",
  "typed.encrypted": "Guardado com criptografia e nunca mais exibido",
  "typed.allows": "O que isso permite é decidido em {label}",
  "typed.connect": "Conectar {label}",
  "typed.waiting": "Verificando em {label}…",
  "typed.rest.title": "Tentativas demais",
  "typed.rest.text": {
    one: "Para sua segurança, este formulário faz uma pausa de {count} minuto. Depois, recarregue a página; seu link continua válido.",
    many: "Para sua segurança, este formulário faz uma pausa de {count} minutos. Depois, recarregue a página; seu link continua válido.",
    other:
      "Para sua segurança, este formulário faz uma pausa de {count} minutos. Depois, recarregue a página; seu link continua válido.",
  },

  "field.optional": "(opcional)",
  "field.choose": "Escolha…",
  "field.example": "Por exemplo, {example}",
  "field.show": "Mostrar {field}",
  "field.again": "Isto não foi aceito. Confira e digite novamente.",
  "field.rejected": "{label} não aceitou este dado.",
  "field.unlike": "{label} não responde a este dado como deveria.",
  "field.copy": "Copie novamente ou crie um novo por lá.",
  "field.check": "Confira tudo o que você digitou.",
  "field.said": "Resposta de {label}: {detail}",

  "fault.title": {
    one: "Há {count} dado para conferir",
    many: "Há {count} dados para conferir",
    other: "Há {count} dados para conferir",
  },
  "fault.missing": "Este dado é necessário.",
  "fault.form": "Este dado não tem o formato esperado.",
  "fault.choice": "Escolha um dos valores oferecidos.",
  "fault.host_part": "Aqui basta uma parte do endereço: letras, números e hifens.",
  "fault.one_line": "Deve ser uma única linha. Copie novamente sem quebras de linha.",
  "fault.colon": "Este dado não pode conter dois-pontos.",
  "fault.too_long": "É longo demais. Confira se você copiou mais do que queria.",
  "fault.unusable":
    "Por enquanto, nada do que for digitado aqui funcionaria. Avise {product}; seu link continua válido.",

  "attempt.rate_limited.title": "{label} pede uma pausa",
  "attempt.rate_limited.text": "Nada foi conectado. Espere um minuto e tente novamente.",
  "attempt.provider_error.title": "{label} relatou um problema",
  "attempt.provider_error.text": "Nada foi conectado. Muitas vezes basta tentar novamente em alguns minutos.",
  "attempt.provider_unreachable.title": "{label} não responde",
  "attempt.provider_unreachable.text":
    "Nada foi conectado. O serviço pode estar fora do ar por um momento: tente novamente em alguns minutos.",
  "attempt.client_misconfigured.title": "{product} precisa corrigir algo primeiro",
  "attempt.client_misconfigured.text":
    "Nada foi conectado, e você não fez nada de errado. Avise {product}; seu link continua válido.",
  "attempt.external_account_mismatch.title": "Esses dados são de outra conta",
  "attempt.external_account_mismatch.text":
    "Nada foi conectado. Este link renova uma conta específica de {label}: use os dados dessa conta.",
  "attempt.external_account_mismatch.owner": "Eles pertencem a {owner}.",
  "attempt.external_account_unknown.title": "Não há certeza de quem é a conta",
  "attempt.external_account_unknown.text":
    "Nada foi alterado: {label} não informou de que conta se trata. Tente novamente em alguns minutos.",
  "attempt.try_again.title": "Não deu certo desta vez",
  "attempt.try_again.text":
    "Nada foi conectado. Tente novamente; se acontecer de novo, avise quem enviou o link a você.",

  "outcome.connected": "{label} está conectado a {product}",
  "outcome.reconnected": "{label} está conectado novamente",
  "outcome.account": "Conta:",
  "outcome.done": "Tudo pronto. Você já pode fechar esta janela.",
  "outcome.continue": "Continuar em {product}",
  "outcome.back": "Voltar para {product}",
  "outcome.retry": "Voltar e tentar novamente",
  "outcome.missing.title": "Algumas permissões não foram concedidas",
  "outcome.missing.text": "O que precisa delas não vai funcionar em {product}:",
  "outcome.missing.retry": "Voltar e conceder",
  "outcome.waiting.title": "Aguardando {label}",
  "outcome.waiting.text": "Termine de entrar em {label}. Esta página continua sozinha quando você voltar.",
  "outcome.waiting.retry": "Começar de novo",
  "outcome.confirming.title": "Volte a {product} para concluir",
  "outcome.confirming.text":
    "Nada foi conectado ainda. {product} confere primeiro se o link era para você; entre lá neste navegador.",
  "outcome.approving.title": "Conectar esta conta?",
  "outcome.approving.account": "Você está prestes a conectar {account}, de {label}, a {product}.",
  "outcome.approving.unknown": "Você está prestes a conectar sua conta de {label} a {product}.",
  "outcome.approving.careful":
    "{label} não informa qual conta é: continue somente se você entrou lá com a conta certa.",
  "outcome.approving.until": "Nada está conectado ainda. Sem resposta, isto termina sozinho depois de meia hora.",
  "outcome.approving.yes": "Conectar",
  "outcome.approving.no": "Não é a minha conta, usar outra",
  "outcome.approving.connecting": "Conectando…",
  "outcome.unknown.title": "Não há nada para mostrar aqui",
  "outcome.unknown.text":
    "Nada foi conectado neste navegador nos últimos tempos. Abra nele mais uma vez o link que você recebeu.",

  "failure.access_denied.title": "Você não permitiu o acesso",
  "failure.access_denied.text":
    "Tudo bem: nada foi conectado. Sem esse acesso, {product} não pode trabalhar com {label}. Se foi um descuido, volte e escolha permitir.",
  "failure.state_mismatch.title": "A conexão começou em outra janela",
  "failure.state_mismatch.text":
    "Nada foi conectado. Para sua segurança, a conexão deve começar e terminar no mesmo navegador. Comece de novo aqui e permaneça nesta janela.",
  "failure.expired.title": "Demorou demais",
  "failure.expired.text":
    "Nada foi conectado: para sua segurança, o caminho de ida e volta até {label} fica aberto por pouco tempo.",
  "failure.provider_error.title": "{label} relatou um problema",
  "failure.provider_error.text": "Nada foi conectado. Muitas vezes basta tentar novamente em alguns minutos.",
  "failure.provider_unreachable.title": "{label} não responde",
  "failure.provider_unreachable.text":
    "Nada foi conectado. O serviço pode estar fora do ar por um momento: tente novamente em alguns minutos.",
  "failure.client_misconfigured.title": "{product} precisa corrigir algo primeiro",
  "failure.client_misconfigured.text":
    "Nada foi conectado, e você não fez nada de errado: {label} não aceita a configuração de {product}. Avise {product}; seu link continua válido.",
  "failure.external_account_mismatch.title": "Era outra conta",
  "failure.external_account_mismatch.text":
    "Nada foi alterado. Este link renova uma conta específica de {label}: volte e entre lá com essa conta.",
  "failure.binding_failed.title": "{product} esperava outra pessoa",
  "failure.binding_failed.text":
    "Nada foi conectado. O link foi criado para uma pessoa diferente da que está conectada a {product} neste navegador. Se ele era para você, entre lá com a sua própria conta e comece de novo a partir de lá.",
  "failure.declined.title": "Nada foi conectado",
  "failure.declined.text":
    "Você indicou que não era a conta certa. Para usar outra, saia primeiro de {label} ou escolha a outra conta lá.",
  "failure.server_error.title": "Algo deu errado do nosso lado",
  "failure.server_error.text":
    "Nada foi conectado. Tente novamente; se acontecer de novo, avise quem enviou o link a você.",
};
