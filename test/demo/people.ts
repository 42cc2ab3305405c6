/** A person of the demo team. */
export type DemoPerson = {
  id: string;
  /** The person's id in Status Hero's document; null if it prints none. */
  formerId: string | null;
  memberId: string;
  name: string;
  /** The identifiers that tools use for the person. */
  identifiers: string[];
  email: string | null;
  timeZone: string;
  location: string | null;
  avatarUrl: string | null;
  administrator: boolean;
  manager: boolean;
  role: "active" | "observer";
};

const UNKNOWN = {
  formerId: null,
  email: null,
  location: null,
  avatarUrl: null,
  administrator: false,
  manager: false,
};

/** Builds a member who checks in. Tools use their e-mail as identifier. */
const active = (person: Partial<DemoPerson> & Pick<DemoPerson, "id" | "memberId" | "name" | "email" | "timeZone">) =>
  ({ ...UNKNOWN, role: "active", identifiers: person.email ? [person.email] : [], ...person }) satisfies DemoPerson;

/** Builds an observer, who is on the team because a tool reported them. */
const observer = (person: Pick<DemoPerson, "id" | "memberId" | "name" | "identifiers" | "timeZone">) =>
  ({ ...UNKNOWN, role: "observer", ...person }) satisfies DemoPerson;

/**
 * The nine members of Status Hero's report and the two people of StatsAware's presence example. Names, e-mails, time
 * zones, locations, pictures (with their doubled schemes), former ids and the first two member ids are from the
 * documents. Irene's e-mail and time zone are invented. The last three members are invented too: the documents count
 * nine and name six.
 */
export const PEOPLE: DemoPerson[] = [
  active({
    id: "usr_4f8a2c",
    formerId: "e9d25609-6cac-4286-99a7-5d08f29ecd8f",
    memberId: "5b73a1de-b26f-46fe-8f61-8355a2d9241b",
    name: "Emma Garrett",
    email: "demo+emma@8012labs.com",
    timeZone: "America/Los_Angeles",
    location: "Portland",
    avatarUrl: "https://statushero.com/image/upload/c_fill/v1517855343/wssdbhfluhj2ipga0r8e",
  }),
  active({
    id: "usr_7b21d9",
    formerId: "fb74f792-e555-4b77-8a3b-a62f525d2c25",
    memberId: "a3bf073a-98eb-447d-abcd-7833760f334d",
    name: "Hugh Oliver",
    email: "demo+hugh@8012labs.com",
    timeZone: "Europe/London",
    location: "London",
    avatarUrl: "https://://statushero.com/image/upload/c_fill/v1517855347/qesrin6dwioevihqxanr",
  }),
  active({
    id: "usr_c05e38",
    formerId: "aaca3009-4ed7-4e3e-b746-673faaf4dd75",
    memberId: "1f9a64c7-0d35-4be2-a8f6-5c7213e9b0d4",
    name: "Adam Young",
    email: "demo+adam@8012labs.com",
    // Status Hero's example of a status activity uses the second address for Adam.
    identifiers: ["demo+adam@8012labs.com", "adam@example.com"],
    timeZone: "America/New_York",
    avatarUrl: "https://://statushero.com/image/upload/c_fill/v1517855426/fphsvutenjphg82yv49q",
    administrator: true,
    manager: true,
  }),
  active({
    id: "usr_9e14f7",
    formerId: "b07ce317-34f2-46f4-98b3-17473b0cf69f",
    memberId: "72d8b5e0-f41c-4a69-9b37-e80c6d2a51f3",
    name: "Grace Pearson",
    email: "demo+grace@8012labs.com",
    timeZone: "America/Los_Angeles",
    location: "San Francisco",
    avatarUrl: "https://res-5.cloudinary.com/status-hero/image/upload/c_fill/v1518389164/qfeksi1247eosiuvyujx",
  }),
  active({
    id: "usr_36a0b8",
    formerId: "7e564e63-a9a3-4cbf-a015-5c91b1e720d0",
    memberId: "b80e37f6-92ca-4d15-87e4-3f6a9c05d21b",
    name: "Dave Taylor",
    email: "demo+dave@8012labs.com",
    timeZone: "America/New_York",
    location: "Boston",
    avatarUrl: "https://res-5.cloudinary.com/status-hero/image/upload/c_fill/v1518389162/jiyofof8szxy27emehyt",
  }),
  active({
    id: "usr_d2f561",
    memberId: "e4c17a98-5b02-4f83-b6d9-07a1f8e3c265",
    name: "Irene Shaw",
    email: "irene.shaw@example.com",
    timeZone: "America/Chicago",
  }),
  active({
    id: "usr_58c3e4",
    memberId: "06b5f2d1-a7e8-4c34-95f0-d92e1b74a86c",
    name: "Bruno Almeida",
    email: "bruno.almeida@example.com",
    timeZone: "America/Sao_Paulo",
    location: "São Paulo",
  }),
  active({
    id: "usr_a7906d",
    memberId: "49e20c8b-6f17-4da5-b3c2-8a5d07f1e964",
    name: "Kaori Tanaka",
    email: "kaori.tanaka@example.com",
    timeZone: "Asia/Tokyo",
    location: "Tokyo",
  }),
  active({
    id: "usr_1d8be2",
    memberId: "d57a91e4-38c0-4b6f-a21e-f60b9d3c8572",
    name: "Priya Nair",
    email: "priya.nair@example.com",
    timeZone: "Asia/Kolkata",
    location: "Mumbai",
  }),
  observer({
    id: "usr_e63f0a",
    memberId: "8c02f6b9-d1e4-4573-9ea8-b4705a1dc3f6",
    name: "John Doe",
    identifiers: ["john.doe"],
    timeZone: "America/New_York",
  }),
  observer({
    id: "usr_f4c917",
    memberId: "2ea6d430-7b95-4c18-8df3-196c0e5f7ab2",
    name: "Jane Smith",
    identifiers: ["jane.smith"],
    timeZone: "Europe/London",
  }),
];
