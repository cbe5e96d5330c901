import type { Catalogue } from "./words.ts";

export const ja: Catalogue = {
  "card.environment": "テスト環境：{environment}",
  "card.questions": "お問い合わせ：{support}",
  "card.privacy": "{product}のプライバシーポリシー",
  "card.language": "言語",

  "title.connect": "アカウントの接続",
  "title.connect_to": "{product}へのアカウントの接続",
  "title.authorizing": "接続中",
  "title.confirming": "まだ接続されていません",
  "title.approving": "このアカウントを接続しますか？",
  "title.connected": "接続しました",
  "title.failed": "接続されていません",
  "title.unknown": "表示する内容がありません",

  "load.link.title": "このページを読み込めませんでした",
  "load.link.text":
    "何も接続されていません。1分ほど待ってからページを再読み込みしてください。リンクは引き続き有効です。",
  "load.outcome.title": "結果を読み込めませんでした",
  "load.outcome.text": "1分ほど待ってからこのページを再読み込みしてください。結果は失われていません。",

  "closed.used.title": "このリンクは使用済みです",
  "closed.used.text":
    "このリンクでアカウントが接続されました。リンクが使えるのは1回だけです。別のアカウントを接続するには、{product}に新しいリンクを依頼してください。",
  "closed.expired.title": "このリンクは期限切れです",
  "closed.expired.text": "何も接続されていません。{product}に新しいリンクを依頼してください。",
  "closed.expired.until": "有効期限は{until}でした。",
  "closed.unknown.title": "このリンクは使えません",
  "closed.unknown.text":
    "コピーの際に途切れた可能性があります。リンク全体をもう一度開くか、送信元に新しいリンクを依頼してください。",

  "offer.choose": "{product}に何を接続しますか？",
  "offer.connect": "{label}を{product}に接続",
  "offer.reconnect": "{label}を{product}に再接続",
  "offer.end": "このアクセスは、{label}で、または{product}に依頼して、いつでも終了できます。",
  "offer.end_any": "このアクセスは、選択したサービスで、または{product}に依頼して、いつでも終了できます。",
  "offer.same": "前回と同じアカウントでログインしてください。",
  "offer.same_as": "前回と同じ{account}でログインしてください。",
  "offer.same_typed": "前回と同じアカウントの情報を使ってください。",
  "offer.same_typed_as": "前回と同じ{account}の情報を使ってください。",
  "offer.continue": "{label}に進む",
  "offer.unavailable.title": "現在、{label}は接続できません",
  "offer.unavailable.text": "設定がまだ完了していません。{product}にお知らせください。リンクは引き続き有効です。",

  "asked.scopes": "{product}は次の許可を求めています。",
  "asked.access":
    "{product}は{label}アカウントへのアクセスを求めています。許可する内容は、次の画面に{label}が表示します。",
  "asked.use": "{scope}の使用",
  "asked.more": { other: "ほか{count}件の許可" },
  "asked.fewer": "詳細を閉じる",

  "scope.read": "{label}のデータの閲覧",
  "scope.write": "{label}のデータの追加と変更",
  "scope.offline_access": "接続の維持（お客様の不在時も{product}が動作します）",
  "scope.openid": "ログインした方がご本人であることの確認",
  "scope.email": "メールアドレスの閲覧",
  "scope.profile": "名前と写真の閲覧",

  "typed.key": "{product}は{label}アカウントのキーを求めています。",
  "typed.details": "{product}は{label}アカウントのログイン情報を求めています。",
  "typed.checked": "保存する前に{label}で確認します",
  "typed.encrypted": "暗号化して保存し、再び表示することはありません",
  "typed.allows": "許可する範囲は{label}で決まります",
  "typed.connect": "{label}を接続",
  "typed.waiting": "{label}で確認しています…",
  "typed.rest.title": "送信回数が多すぎます",
  "typed.rest.text": {
    other:
      "安全のため、このフォームは{count}分間お休みします。その後、ページを再読み込みしてください。リンクは引き続き有効です。",
  },

  "field.optional": "（任意）",
  "field.choose": "選択してください",
  "field.example": "例：{example}",
  "field.show": "{field}を表示",
  "field.again": "受け付けられませんでした。内容を確認して、もう一度入力してください。",
  "field.rejected": "{label}で受け付けられませんでした。",
  "field.unlike": "{label}から想定と異なる応答がありました。",
  "field.copy": "もう一度コピーするか、新しく作成してください。",
  "field.check": "入力した内容をすべて確認してください。",
  "field.said": "{label}からのメッセージ：{detail}",

  "fault.title": { other: "{count}か所の入力を確認してください" },
  "fault.missing": "入力してください。",
  "fault.form": "形式が正しくありません。",
  "fault.choice": "表示された値から選んでください。",
  "fault.host_part": "アドレスの一部分だけを、英字、数字、ハイフンで入力してください。",
  "fault.one_line": "1行で入力してください。改行を含めずに、もう一度コピーしてください。",
  "fault.colon": "コロンは使えません。",
  "fault.too_long": "長すぎます。余分にコピーしていないか確認してください。",
  "fault.unusable": "現在は、何を入力しても接続できません。{product}にお知らせください。リンクは引き続き有効です。",

  "attempt.rate_limited.title": "{label}が少し待つよう求めています",
  "attempt.rate_limited.text": "何も接続されていません。1分ほど待ってから、もう一度お試しください。",
  "attempt.provider_error.title": "{label}で問題が起きました",
  "attempt.provider_error.text": "何も接続されていません。数分後にもう一度お試しいただくと、うまくいくことがあります。",
  "attempt.provider_unreachable.title": "{label}から応答がありません",
  "attempt.provider_unreachable.text":
    "何も接続されていません。サービスが一時的に停止している可能性があります。数分後にもう一度お試しください。",
  "attempt.client_misconfigured.title": "{product}の側で修正が必要です",
  "attempt.client_misconfigured.text":
    "何も接続されていません。お客様の操作に誤りはありません。{product}にお知らせください。リンクは引き続き有効です。",
  "attempt.external_account_mismatch.title": "別のアカウントの情報です",
  "attempt.external_account_mismatch.text":
    "接続されませんでした。このリンクは{label}の特定のアカウントを更新するものです。そのアカウントの情報を使ってください。",
  "attempt.external_account_mismatch.owner": "これは{owner}の情報です。",
  "attempt.external_account_unknown.title": "どのアカウントの情報か確認できません",
  "attempt.external_account_unknown.text":
    "何も変更されていません。どのアカウントの情報かについて、{label}から回答がありませんでした。数分後にもう一度お試しください。",
  "attempt.try_again.title": "うまくいきませんでした",
  "attempt.try_again.text":
    "何も接続されていません。もう一度お試しください。再び起きる場合は、リンクの送信元にお知らせください。",

  "outcome.connected": "{label}を{product}に接続しました",
  "outcome.reconnected": "{label}を再び接続しました",
  "outcome.account": "アカウント：",
  "outcome.done": "完了しました。このウィンドウを閉じてかまいません。",
  "outcome.continue": "{product}に進む",
  "outcome.back": "{product}に戻る",
  "outcome.retry": "戻ってもう一度試す",
  "outcome.missing.title": "許可されなかった項目があります",
  "outcome.missing.text": "次の許可が必要な機能は、{product}で使えません。",
  "outcome.missing.retry": "戻って許可する",
  "outcome.waiting.title": "{label}の完了を待っています",
  "outcome.waiting.text": "{label}でログインを完了してください。完了すると、このページは自動的に進みます。",
  "outcome.waiting.retry": "最初からやり直す",
  "outcome.confirming.title": "{product}に戻って完了してください",
  "outcome.confirming.text":
    "まだ何も接続されていません。{product}は先に、リンクがお客様宛てのものかを確認します。このブラウザーで{product}にログインしておいてください。",
  "outcome.approving.title": "このアカウントを接続しますか？",
  "outcome.approving.account": "{label}の{account}を{product}に接続しようとしています。",
  "outcome.approving.unknown": "{label}のアカウントを{product}に接続しようとしています。",
  "outcome.approving.careful":
    "{label}からはどのアカウントかが示されません。目的のアカウントでログインした場合にのみ続けてください。",
  "outcome.approving.until": "まだ何も接続されていません。お返事がない場合、30分後に自動的に終了します。",
  "outcome.approving.yes": "接続する",
  "outcome.approving.no": "自分のアカウントではないので、別のものを使う",
  "outcome.approving.connecting": "接続しています…",
  "outcome.unknown.title": "ここに表示する内容はありません",
  "outcome.unknown.text":
    "このブラウザーでは最近何も接続されていません。受け取ったリンクを、このブラウザーでもう一度開いてください。",

  "failure.access_denied.title": "アクセスは許可されませんでした",
  "failure.access_denied.text":
    "問題ありません。何も接続されていません。ただし、このアクセスがないと{product}は{label}と連携できません。誤って拒否した場合は、戻って許可してください。",
  "failure.state_mismatch.title": "別のウィンドウで始められた操作です",
  "failure.state_mismatch.text":
    "何も接続されていません。安全のため、接続の開始と完了は同じブラウザーで行う必要があります。ここからやり直し、このウィンドウのまま進めてください。",
  "failure.expired.title": "時間切れです",
  "failure.expired.text": "何も接続されていません。安全のため、{label}との手続きは短時間で終える必要があります。",
  "failure.provider_error.title": "{label}で問題が起きました",
  "failure.provider_error.text": "何も接続されていません。数分後にもう一度お試しいただくと、うまくいくことがあります。",
  "failure.provider_unreachable.title": "{label}から応答がありません",
  "failure.provider_unreachable.text":
    "何も接続されていません。サービスが一時的に停止している可能性があります。数分後にもう一度お試しください。",
  "failure.client_misconfigured.title": "{product}の側で修正が必要です",
  "failure.client_misconfigured.text":
    "何も接続されていません。お客様の操作に誤りはありません。{product}の設定が{label}で受け付けられませんでした。{product}にお知らせください。リンクは引き続き有効です。",
  "failure.external_account_mismatch.title": "別のアカウントでした",
  "failure.external_account_mismatch.text":
    "何も変更されていません。このリンクは{label}の特定のアカウントを更新するものです。戻って、そのアカウントでログインしてください。",
  "failure.binding_failed.title": "{product}は別の方を想定しています",
  "failure.binding_failed.text":
    "何も接続されていません。このリンクは、このブラウザーで{product}にログインしている方とは別の方のために作成されました。お客様宛ての場合は、{product}にご自身のアカウントでログインし、そこからやり直してください。",
  "failure.declined.title": "何も接続されていません",
  "failure.declined.text":
    "正しいアカウントではないとのことでした。別のアカウントを使うには、まず{label}からログアウトするか、{label}で別のアカウントを選んでください。",
  "failure.server_error.title": "こちらの側で問題が起きました",
  "failure.server_error.text":
    "何も接続されていません。もう一度お試しください。再び起きる場合は、リンクの送信元にお知らせください。",
};
