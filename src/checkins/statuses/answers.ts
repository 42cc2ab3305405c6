/** The three answers that are texts. Null where there is none. */
export type AnswerTexts = Record<"next" | "blockers" | "previous", string | null>;

/** Answers to store. Undefined leaves an answer as it is; null clears it. Texts are trimmed. */
export type Answers = { [Key in keyof AnswerTexts]?: AnswerTexts[Key] | undefined } & {
  /** Whether the goals of the previous work day were met. */
  previousCompleted?: boolean | null | undefined;
};

/** Whether any answer is given: a text that is not empty, or a yes or no to the goals. */
export const hasAnswer = ({ previousCompleted, next, blockers, previous }: Answers): boolean =>
  typeof previousCompleted === "boolean" || [next, blockers, previous].some(Boolean);

/** Returns the texts of a check-in once answers are applied to it. */
export const applyAnswers = (texts: AnswerTexts, answers: Answers): AnswerTexts => ({
  next: answers.next === undefined ? texts.next : answers.next,
  blockers: answers.blockers === undefined ? texts.blockers : answers.blockers,
  previous: answers.previous === undefined ? texts.previous : answers.previous,
});
