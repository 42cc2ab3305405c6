/** A comment or reaction of the demo team, on a check-in of check_ins.ts. */
export type DemoRemark = { id: string; checkinId: string; of: string; body: string; createdAt: string };

/** An event that a tool of the demo team reported. `html` is set if it is a status activity. */
export type DemoEvent = {
  id: string;
  of: string;
  kind: string;
  scope: string;
  title: string;
  html: string | null;
  url: string;
  occurredAt: string;
};

const EMMAS = "ccef1bea-661e-4857-8de1-1089f651ead9";
const GRACES = "4eb7f57f-4ddf-419e-a435-44717fd82eaa";
const DAVES = "f19f6ac7-e30e-48ba-b8ce-419a1e28ff3f";

/** The first comment is copied from the document. For the second the document prints only the id. */
export const COMMENTS: DemoRemark[] = [
  {
    id: "9b122169-0f78-4ff4-85b8-cb999acd61c9",
    checkinId: EMMAS,
    of: "Emma Garrett",
    body: "You can't generate the capacitor without synthesizing the neural USB matrix",
    createdAt: "2018-02-05T11:00:00Z",
  },
  {
    id: "555c3990-9a83-4076-9a7e-1d4becec168a",
    checkinId: DAVES,
    of: "Irene Shaw",
    body: "The changes are in the shared folder. Page 12 is the one that matters.",
    createdAt: "2018-06-15T14:52:00Z",
  },
];

/**
 * The first reaction is copied from the document. For the others the document prints only the ids. The second has the
 * id of Emma's comment, because the document lists that id among the reactions to her check-in.
 */
export const REACTIONS: DemoRemark[] = [
  {
    id: "b75edfc0-89a6-40d6-9ed6-c4139464eac7",
    checkinId: EMMAS,
    of: "Adam Young",
    body: "thumbsup",
    createdAt: "2018-02-05T18:30:13Z",
  },
  {
    id: "9b122169-0f78-4ff4-85b8-cb999acd61c9",
    checkinId: EMMAS,
    of: "Irene Shaw",
    body: "clap",
    createdAt: "2018-02-05T15:12:00Z",
  },
  {
    id: "77afc770-095b-4615-b7be-16246e9a22af",
    checkinId: GRACES,
    of: "Hugh Oliver",
    body: "tada",
    createdAt: "2018-06-18T16:30:00Z",
  },
  {
    id: "624539f2-aae2-4169-b25a-8964c08ca921",
    checkinId: GRACES,
    of: "Dave Taylor",
    body: "thumbsup",
    createdAt: "2018-06-18T17:05:00Z",
  },
  {
    id: "da13fe8c-1974-4394-a338-71d27f01900f",
    checkinId: DAVES,
    of: "Grace Pearson",
    body: "rocket",
    createdAt: "2018-06-15T16:40:00Z",
  },
];

/** The first event is copied from the document. For the second the document prints only the id. */
export const EVENTS: DemoEvent[] = [
  {
    id: "f5238ebd-6f24-41c8-826d-815bb514ac2d",
    of: "Emma Garrett",
    kind: "trello",
    scope: "CA Board",
    title: 'CA Board: moved "Index wireless hard drive" from "Dev" to "Stage"',
    html: `<a href='https://trello.com/b/vee7/ca-board'>CA Board</a>: moved "Index wireless hard drive" from "Dev" to "Stage"`,
    url: "https://trello.com/b/vee7/ca-board",
    occurredAt: "2018-02-05T14:20:00Z",
  },
  {
    id: "28b3cdb8-0d66-451f-b6f7-93b89176a5ea",
    of: "Dave Taylor",
    kind: "github",
    scope: "alpha/app",
    title: "Merged pull request 214: third step of the onboarding",
    html: null,
    url: "https://git.example.com/alpha/app/pull/214",
    occurredAt: "2018-06-15T13:40:00Z",
  },
];
