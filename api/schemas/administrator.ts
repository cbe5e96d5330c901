import { z } from "@hono/zod-openapi";
import { roles } from "#core/domain/access/permission";
import { instantSchema, nullableInstantSchema } from "./primitives.ts";

export const roleSchema = z.enum(roles).openapi({
  description:
    "What they may: everything (`owner`), run it (`operator`), see it (`support`), see it and the audit log (`auditor`).",
  example: "operator",
});

const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(300)
  .regex(/^[^\s@]+@[^\s@]+$/, "expected an e-mail address")
  .openapi({ description: "Their address.", example: "grace@example.com" });

const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .openapi({ description: "What others call them.", example: "Grace Hopper" });

const passwordSchema = (description: string) => z.string().min(1).max(1000).openapi({ description, example: "..." });

export const userParamsSchema = z.object({
  id: z.string().max(100).openapi({ description: "The administrator's id.", example: "usr_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});
export const sessionParamsSchema = z.object({
  id: z.string().max(100).openapi({ description: "The session's id.", example: "ses_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});
export const invitationParamsSchema = z.object({
  id: z.string().max(100).openapi({ description: "The invitation's id.", example: "inv_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});

const methodSchema = z
  .enum(["password", "sso"])
  .openapi({ description: "How they showed who they are.", example: "password" });

const adminSessionSchema = z
  .object({
    id: z.string().openapi({ description: "The session's id.", example: "ses_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    current: z.boolean().openapi({ description: "Whether this request comes from it.", example: true }),
    method: methodSchema,
    address: z.string().openapi({ description: "Where it began; empty: nobody could tell.", example: "203.0.113.7" }),
    user_agent: z.string().openapi({ description: "What its browser says of itself.", example: "Mozilla/5.0" }),
    created_at: instantSchema,
    last_seen_at: instantSchema.openapi({ description: "Its latest request, to the minute." }),
    expires_at: instantSchema.openapi({ description: "When it ends whatever is done in it." }),
  })
  .openapi("AdminSession", { description: "A session of the dashboard that is live." });

export const adminSessionListSchema = z
  .object({ data: z.array(adminSessionSchema).openapi({ description: "The latest used first." }) })
  .openapi("AdminSessionList", { description: "Sessions of one administrator." });

const userFields = {
  id: z.string().openapi({ description: "Their id.", example: "usr_2f8k3mzq0v7w1x9y4t6r5p8n" }),
  email: z.string().openapi({ description: "Their address.", example: "grace@example.com" }),
  name: z.string().openapi({ description: "Their name.", example: "Grace Hopper" }),
  role: roleSchema,
  role_source: z.enum(["local", "idp"]).openapi({
    description: "Who says which role it is: an owner here, or the identity provider by their groups at each sign-in.",
    example: "local",
  }),
  sign_in: z.array(methodSchema).openapi({ description: "How they can sign in.", example: ["password"] }),
  disabled_at: nullableInstantSchema.openapi({ description: "Since when they can't sign in; null: they can." }),
  disabled_by: z.enum(["person", "idp"]).nullable().openapi({
    description: "`idp`: their groups give no role any more; they come back by themselves when they do.",
    example: null,
  }),
  last_sign_in_at: nullableInstantSchema.openapi({ description: "Null: never." }),
  created_at: instantSchema,
  is_you: z.boolean().openapi({ description: "Whether it is who asks.", example: false }),
};

export const userSchema = z.object(userFields).openapi("User", { description: "An administrator." });

const listedUserSchema = z
  .object({
    ...userFields,
    last_seen_at: nullableInstantSchema.openapi({ description: "Their latest request from a session; null: none." }),
    sessions: z.number().int().openapi({ description: "Sessions that are live.", example: 1 }),
  })
  .openapi("ListedUser", { description: "An administrator in the list of them." });

export const userListSchema = z
  .object({ data: z.array(listedUserSchema).openapi({ description: "Those who are disabled come last." }) })
  .openapi("UserList", { description: "All administrators." });

export const userDetailSchema = z
  .object({
    ...userFields,
    sessions: z.array(adminSessionSchema).openapi({ description: "Their live sessions, the latest used first." }),
  })
  .openapi("UserDetail", { description: "An administrator and their sessions." });

export const userPatchSchema = z
  .strictObject({
    role: roleSchema.optional(),
    disabled: z.boolean().optional().openapi({ description: "Whether they can't sign in.", example: true }),
    name: nameSchema.optional(),
  })
  .refine((value) => Object.keys(value).length > 0, "name at least one field")
  .openapi("UserPatch", { description: "What is to be otherwise; what is absent stays." });

export const endedSchema = z
  .object({ ended: z.number().int().openapi({ description: "How many sessions ended.", example: 2 }) })
  .openapi("EndedSessions", { description: "What was ended." });

const invitationFields = {
  id: z.string().openapi({ description: "The invitation's id.", example: "inv_2f8k3mzq0v7w1x9y4t6r5p8n" }),
  email: z.string().openapi({ description: "Whom it is for.", example: "grace@example.com" }),
  role: roleSchema,
  invited_by: z.string().openapi({
    description: "The id of who invited, or `command_line`.",
    example: "usr_2f8k3mzq0v7w1x9y4t6r5p8n",
  }),
  created_at: instantSchema,
  expires_at: instantSchema.openapi({ description: "Three days after it was made." }),
};
const invitationSchema = z
  .object(invitationFields)
  .openapi("Invitation", { description: "An invitation that is open." });

export const invitationListSchema = z
  .object({ data: z.array(invitationSchema).openapi({ description: "The latest first." }) })
  .openapi("InvitationList", { description: "Invitations that are open." });

export const madeInvitationSchema = z
  .object({
    ...invitationFields,
    url: z.string().openapi({
      description: "The link, shown this once. Whoever has it becomes the administrator: hand it to nobody else.",
      example: "https://connect.example.com/invitation#...",
    }),
    mailed: z.boolean().openapi({ description: "Whether it was also mailed to them.", example: false }),
  })
  .openapi("MadeInvitation", { description: "An invitation and its link." });

export const invitationRequestSchema = z
  .strictObject({ email: emailSchema, role: roleSchema })
  .openapi("InvitationRequest", { description: "Whom to invite, as what." });

const tokenSchema = z.string().max(200).openapi({ description: "What stands behind `#` in the link.", example: "..." });

export const invitationTokenSchema = z
  .strictObject({ token: tokenSchema })
  .openapi("InvitationToken", { description: "The link of an invitation." });

export const signInMethodsSchema = z
  .object({
    password: z.boolean().openapi({ description: "With an address and a password.", example: true }),
    sso: z
      .object({ label: z.string().openapi({ description: "Its name on the button.", example: "Example login" }) })
      .nullable()
      .openapi({ description: "Through an identity provider; null: none is configured." }),
  })
  .openapi("SignInMethods", { description: "How administrators can sign in here." });

export const foundInvitationSchema = z
  .object({
    email: invitationFields.email,
    role: roleSchema,
    expires_at: invitationFields.expires_at,
    sign_in: signInMethodsSchema,
  })
  .openapi("FoundInvitation", { description: "What a link is for." });

export const acceptanceSchema = z
  .strictObject({
    token: tokenSchema,
    name: nameSchema,
    password: passwordSchema("Their new password, 12 characters at least."),
  })
  .openapi("InvitationAcceptance", { description: "The link, and who they are from now on." });

export const acceptedSchema = z
  .object({ email: invitationFields.email, role: roleSchema })
  .openapi("AcceptedInvitation", { description: "They can sign in now." });

export const confirmationSchema = z
  .strictObject({ password: passwordSchema("The password of who is signed in.") })
  .openapi("Confirmation", { description: "What shows that it is still them." });

export const passwordChangeSchema = z
  .strictObject({
    current_password: passwordSchema("The present one."),
    new_password: passwordSchema("The one in its place, 12 characters at least."),
  })
  .openapi("PasswordChange", { description: "A new password." });
