"""The processes that train and answer: who starts them, who watches them, and what they are asked."""
