import type { Language } from "#core/domain/connect/language";

/** What a card can say happened. `ours`: nobody who reads it could have done otherwise. `embedded`: another page may not show ours. */
export type CardReason =
  | "ours"
  | "too_often"
  | "stale"
  | "foreign"
  | "embedded"
  | "too_large"
  | "unreadable"
  | "nothing";

interface CardWords {
  /** It may work in a minute. */
  readonly later: { readonly title: string; readonly step: string };
  /** It won't, in this way. */
  readonly over: { readonly title: string; readonly step: string };
  readonly reasons: Readonly<Record<CardReason, string>>;
  /** With the product's support in place of `{support}`. */
  readonly questions: string;
}

export const cardWords: Readonly<Record<Language, CardWords>> = {
  en: {
    later: {
      title: "This did not work just now",
      step: "Nothing was changed. Open the link that you were given again in a minute.",
    },
    over: {
      title: "This can’t be continued",
      step: "Open the link that you were given again, in this browser, and start over.",
    },
    reasons: {
      ours: "Something went wrong on our side, and you did nothing wrong.",
      stale:
        "This answer does not belong to a connection that this browser started, or it was used already or took too long.",
      too_often: "That was too often in a short time.",
      foreign: "This form was not sent from our own page.",
      embedded: "The website that opened this page is not allowed to show it.",
      too_large: "More was sent than this page can take.",
      unreadable: "What was sent can’t be read.",
      nothing: "There is nothing at this address.",
    },
    questions: "Questions? {support}",
  },
  de: {
    later: {
      title: "Das hat gerade nicht geklappt",
      step: "Es wurde nichts geändert. Öffnen Sie den Link, den Sie erhalten haben, in einer Minute noch einmal.",
    },
    over: {
      title: "Hier geht es nicht weiter",
      step: "Öffnen Sie den Link, den Sie erhalten haben, noch einmal in diesem Browser und beginnen Sie von vorn.",
    },
    reasons: {
      ours: "Bei uns ist etwas schiefgegangen; Sie haben nichts falsch gemacht.",
      stale:
        "Diese Antwort gehört zu keiner Verbindung, die in diesem Browser begonnen wurde, oder sie wurde schon verwendet oder kam zu spät.",
      too_often: "Das war zu oft in kurzer Zeit.",
      foreign: "Dieses Formular wurde nicht von unserer eigenen Seite gesendet.",
      embedded: "Die Website, die diese Seite geöffnet hat, darf sie nicht anzeigen.",
      too_large: "Es wurde mehr gesendet, als diese Seite annimmt.",
      unreadable: "Was gesendet wurde, ist nicht lesbar.",
      nothing: "Unter dieser Adresse gibt es nichts.",
    },
    questions: "Fragen? {support}",
  },
  fr: {
    later: {
      title: "Cela n’a pas fonctionné cette fois",
      step: "Rien n’a été modifié. Ouvrez de nouveau dans une minute le lien que vous avez reçu.",
    },
    over: {
      title: "Impossible de continuer ici",
      step: "Ouvrez de nouveau le lien que vous avez reçu, dans ce navigateur, et recommencez.",
    },
    reasons: {
      ours: "Un problème est survenu de notre côté\u00a0; vous n’y êtes pour rien.",
      stale:
        "Cette réponse ne correspond à aucune connexion lancée dans ce navigateur, ou elle a déjà servi ou est arrivée trop tard.",
      too_often: "Les tentatives ont été trop nombreuses en peu de temps.",
      foreign: "Ce formulaire n’a pas été envoyé depuis notre page.",
      embedded: "Le site qui a ouvert cette page n’est pas autorisé à l’afficher.",
      too_large: "L’envoi dépasse ce que cette page accepte.",
      unreadable: "Ce qui a été envoyé est illisible.",
      nothing: "Il n’y a rien à cette adresse.",
    },
    questions: "Des questions\u00a0? {support}",
  },
  es: {
    later: {
      title: "Esta vez no ha funcionado",
      step: "No se ha cambiado nada. Vuelva a abrir dentro de un minuto el enlace que recibió.",
    },
    over: {
      title: "No se puede continuar",
      step: "Vuelva a abrir en este navegador el enlace que recibió y empiece de nuevo.",
    },
    reasons: {
      ours: "Ha fallado algo por nuestra parte; usted no ha hecho nada mal.",
      stale:
        "Esta respuesta no corresponde a ninguna conexión iniciada en este navegador, ya se ha usado o ha llegado demasiado tarde.",
      too_often: "Han sido demasiados intentos en poco tiempo.",
      foreign: "Este formulario no se envió desde nuestra página.",
      embedded: "El sitio web que abrió esta página no tiene permiso para mostrarla.",
      too_large: "Se ha enviado más de lo que admite esta página.",
      unreadable: "No se puede leer lo que se ha enviado.",
      nothing: "No hay nada en esta dirección.",
    },
    questions: "¿Preguntas? {support}",
  },
  pt: {
    later: {
      title: "Não deu certo desta vez",
      step: "Nada foi alterado. Abra novamente, daqui a um minuto, o link que você recebeu.",
    },
    over: {
      title: "Não é possível continuar",
      step: "Abra novamente neste navegador o link que você recebeu e comece de novo.",
    },
    reasons: {
      ours: "Algo deu errado do nosso lado; você não fez nada de errado.",
      stale:
        "Esta resposta não pertence a nenhuma conexão iniciada neste navegador, já foi usada ou demorou demais para chegar.",
      too_often: "Foram tentativas demais em pouco tempo.",
      foreign: "Este formulário não foi enviado da nossa própria página.",
      embedded: "O site que abriu esta página não tem permissão para exibi-la.",
      too_large: "Foi enviado mais do que esta página aceita.",
      unreadable: "Não é possível ler o que foi enviado.",
      nothing: "Não há nada neste endereço.",
    },
    questions: "Dúvidas? {support}",
  },
  ja: {
    later: {
      title: "うまくいきませんでした",
      step: "何も変更されていません。1分ほど待ってから、受け取ったリンクをもう一度開いてください。",
    },
    over: {
      title: "これ以上進めません",
      step: "受け取ったリンクをこのブラウザーでもう一度開き、最初からやり直してください。",
    },
    reasons: {
      ours: "こちらの側で問題が起きました。お客様の操作に誤りはありません。",
      stale: "この応答は、このブラウザーで始めた接続のものではないか、すでに使われたか、時間切れです。",
      too_often: "短時間に回数が多すぎました。",
      foreign: "このフォームは、このサービスのページから送信されたものではありません。",
      embedded: "このページを開いたサイトには、表示する許可がありません。",
      too_large: "送信された内容が大きすぎます。",
      unreadable: "送信された内容を読み取れません。",
      nothing: "このアドレスには何もありません。",
    },
    questions: "お問い合わせ：{support}",
  },
};
